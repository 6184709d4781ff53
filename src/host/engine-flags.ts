import { setFlagsFromString } from 'node:v8'

/**
 * A run begins: from now on code is worth compiling well, which the program's first file has put off, since what is done once before
 * a run costs less without. And the young generation stays as large as it is: a run waits most of its time, and one that grows with
 * every burst of events costs a sixth of its memory and saves little time.
 */
export function settleEngine(): void {
  for (const flag of ['--opt', '--maglev', '--semi-space-growth-factor=1']) setFlagsFromString(flag)
}
