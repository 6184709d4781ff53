import { EXIT } from './exit-code.ts'
import { guardStreams } from './streams.ts'

/** Performs a command and leaves the process with its exit code. */
export function leaveWith(command: () => Promise<number>): void {
  guardStreams()
  command().then(
    (code) => end(code),
    (error: unknown) => end(bug(error)),
  )
}

/** How long what still holds on to the process may do so: a connection that is not closed, work that was given up. */
const LINGER_MS = 300

function end(code: number): void {
  process.exitCode = code
  setTimeout(() => process.exit(), LINGER_MS).unref()
}

/** What nobody foresaw: told with what we need to mend it. The stack goes to a file only if the user asks for it. */
function bug(error: unknown): number {
  const message = error instanceof Error ? error.message : String(error)
  process.stderr.write(`orch-run: this is a bug of ours: ${message}\n  help: run again with ORCH_DEBUG=1 and report what it prints\n`)
  if (process.env.ORCH_DEBUG === '1' && error instanceof Error) process.stderr.write(`${error.stack ?? ''}\n`)
  return EXIT.bug
}
