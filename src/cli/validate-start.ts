import { leaveWith } from './leave.ts'
import { validateCommand } from './validate-command.ts'

/** `validate FILE…` without options: the command of editors and hooks, which needs no parser of arguments to be understood. */
export function startValidate(files: readonly string[]): void {
  leaveWith(async () => validateCommand(files, 'text'))
}
