/** The largest value of an integer column (32 bits), and so the highest id that a row can have. */
export const INTEGER_MAX = 2_147_483_647;

/** The id that no account has: the database refuses it. */
export const NO_ACCOUNT = INTEGER_MAX;
