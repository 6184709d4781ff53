import { PortError } from '../base/ports.ts'

/** What the machine lacks or breaks. No other path or content that an agent chooses mends it, and each further turn would cost. */
const MACHINE_FAULTS: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EIO', 'EMFILE', 'ENFILE'])

/** Whether an error is an answer to what the agent asked for, so that it can ask for something else. A fault of the machine ends the run, and is told to its user. */
export function isRefusal(error: unknown): error is PortError {
  return error instanceof PortError && !MACHINE_FAULTS.has(error.code)
}
