import { StringDecoder } from 'node:string_decoder'
import type { Child, ChildEnd, Clock, Processes } from '../base/ports.ts'
import { PortError } from '../base/ports.ts'
import type { Result } from '../base/result.ts'
import { err, ok } from '../base/result.ts'
import type { Capture, Excerpt } from './capture.ts'
import { createCapture, createExcerpt } from './capture.ts'
import type { CheckOrder } from './check.ts'
import { plain } from './plain.ts'

/** How long a check's processes may take to stop before they are killed. */
const GRACE_MS = 5000

/** What patterns and reports see of each stream. */
const LONGEST_STREAM = 10 * 1024 * 1024

/** What an agent is shown of both: where it began to go wrong, and how it ended. */
const HEAD_LENGTH = 4 * 1024
const TAIL_LENGTH = 28 * 1024

/** How the script of a check ended. */
export interface Execution extends ChildEnd {
  /** Ended by us before it ended by itself. */
  readonly stopped: 'timeout' | 'cancelled' | null
  readonly stdout: Capture
  readonly stderr: Capture
  /** Beginning and end of both streams, as they came. */
  readonly shown: string
}

export interface CheckIo {
  readonly signal: AbortSignal
  /** Output as it comes, split anywhere. */
  output(stream: 'stdout' | 'stderr', chunk: string): void
}

/** Runs the script by `bash -euo pipefail`, within its time. An error says why it could not even start. */
export async function execute(
  order: CheckOrder, ports: { readonly processes: Processes; readonly clock: Clock }, io: CheckIo,
): Promise<Result<Execution, string>> {
  const shown = createExcerpt(HEAD_LENGTH, TAIL_LENGTH)
  const stdout = listen('stdout', shown, io)
  const stderr = listen('stderr', shown, io)
  try {
    const child = await ports.processes.start({
      argv: ['bash', '-euo', 'pipefail', '-c', order.script],
      cwd: order.cwd,
      env: order.env,
      onStdout: (chunk) => stdout.take(chunk),
      onStderr: (chunk) => stderr.take(chunk),
    })
    const stopped = await guard(child, order.timeoutMs, ports.clock, io.signal)
    const streams = { stdout: stdout.end(), stderr: stderr.end() }
    return ok({ ...(await child.ended), ...streams, stopped, shown: plain(shown.text()) })
  } catch (error) {
    if (error instanceof PortError) return err(error.message)
    throw error
  }
}

interface Listener {
  take(chunk: Buffer): void
  end(): Capture
}

function listen(stream: 'stdout' | 'stderr', shown: Excerpt, io: CheckIo): Listener {
  const decoder = new StringDecoder('utf8')
  const capture = createCapture(LONGEST_STREAM)
  const hear = (text: string): void => {
    if (text === '') return
    capture.push(text)
    shown.push(text)
    io.output(stream, text)
  }
  return {
    take: (chunk) => hear(decoder.write(chunk)),
    end: () => {
      hear(decoder.end())
      return capture.read()
    },
  }
}

/** Resolves when the child has ended: by itself, or because its time was over or nobody waits for it any more. */
async function guard(child: Child, timeoutMs: number, clock: Clock, signal: AbortSignal): Promise<Execution['stopped']> {
  let stopped: Execution['stopped'] = null
  const stop = (why: 'timeout' | 'cancelled'): void => {
    stopped ??= why
    void child.stop(GRACE_MS)
  }
  const cancel = (): void => stop('cancelled')
  const disarm = clock.after(timeoutMs, () => stop('timeout'))
  signal.addEventListener('abort', cancel, { once: true })
  if (signal.aborted) cancel()
  try {
    await child.ended
    return stopped
  } finally {
    disarm()
    signal.removeEventListener('abort', cancel)
  }
}
