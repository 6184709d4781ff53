import { EXIT } from './exit-code.ts'

/**
 * A reader that goes away (`| head`) is no failure of ours, and no reason to leave a run alone in the middle. What cannot be
 * written for another reason, such as a full disk, is one when it was asked for: then 0 would be a lie.
 */
export function guardStreams(): void {
  process.stderr.on('error', () => {})
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return
    process.stderr.write(`error: standard output cannot be written: ${error.message}\n`)
    process.once('exit', () => { process.exitCode = process.exitCode === EXIT.passed ? EXIT.notReady : process.exitCode })
  })
}
