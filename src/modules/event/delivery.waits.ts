const FIRST_MS = 10_000;
const GROWTH = 4;
const LONGEST_MS = 6 * 3_600_000;
/** Tries that failed together do not all come back together. */
const SPREAD = 0.1;

/** The wait after so many tries in ms: 10 s, 40 s, 160 s, … up to 6 hours, each up to a tenth longer. */
export const waitAfter = (tries: number): number =>
  Math.min(FIRST_MS * GROWTH ** (tries - 1), LONGEST_MS) * (1 + Math.random() * SPREAD);
