import { main } from './main.ts'
import { leaveWith } from './leave.ts'

/** The program as people start it: its arguments in, its exit code out. */
export function start(): void {
  leaveWith(async () => main(process.argv.slice(2)))
}
