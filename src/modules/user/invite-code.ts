const OFFSET = 60_947_423;

/** The code a user invites others with: the account's number, upper-case base 36. */
export const inviteCodeOf = (userId: number): string => (userId + OFFSET).toString(36).toUpperCase();
