/**
 * For a test that measures time: a machine that is shared may stop for seconds in the middle of it, so where `CI` is set it may try again.
 * Anything else fails at once.
 */
export const MEASURED = { retry: process.env.CI === undefined ? 0 : 2 }
