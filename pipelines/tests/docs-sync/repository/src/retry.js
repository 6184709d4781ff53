/** Seconds between two attempts, doubled each time. */
export const pause = (attempt) => 2 ** attempt
