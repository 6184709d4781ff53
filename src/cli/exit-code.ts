/** What the process's exit code means, and so who has to act. 128+n: ended by signal n, resumable. */
export const EXIT = {
  passed: 0,
  failed: 1,
  invalid: 2,
  stopped: 3,
  notReady: 4,
  resumeRefused: 5,
  waiting: 6,
  refused: 7,
  bug: 70,
} as const
