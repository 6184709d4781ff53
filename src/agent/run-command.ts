import { StringDecoder } from 'node:string_decoder'
import type { Child, ChildEnd } from '../base/ports.ts'
import { createExcerpt } from './excerpt.ts'
import type { Excerpt } from './excerpt.ts'
import { isRefusal } from './refusal.ts'
import { answer, refuse } from './tool.ts'
import type { ToolAnswer, ToolWorld } from './tool.ts'

/** What a process is given between being asked to stop and being killed. */
const GRACE_MS = 2000

export const DEFAULT_TIMEOUT_S = 120
export const LONGEST_TIMEOUT_S = 600

type Ending = { readonly kind: 'ended'; readonly end: ChildEnd } | { readonly kind: 'timeout' } | { readonly kind: 'aborted' }

/**
 * A program in the working folder with the agent's environment and no input. Too slow or no longer wanted, its whole tree is
 * stopped before this resolves; what a command leaves in the background is stopped by the port.
 */
export async function runCommand(
  world: ToolWorld,
  argv: readonly [string, ...string[]],
  timeoutS: number,
  signal: AbortSignal,
): Promise<ToolAnswer> {
  const excerpt = createExcerpt()
  const out = decoderInto(excerpt)
  const error = decoderInto(excerpt)
  const { cwd, env } = world.task
  let child: Child
  try {
    child = await world.ports.processes.start({ argv, cwd, env, onStdout: out.push, onStderr: error.push })
  } catch (failure) {
    if (isRefusal(failure)) return refuse(`\`${argv[0]}\` cannot be started: ${failure.code}`)
    throw failure
  }
  const ending = await endingOf(world, child, timeoutS, signal)
  if (ending.kind !== 'ended') await child.stop(GRACE_MS)
  out.end()
  error.end()
  return told(ending, excerpt.text(), timeoutS)
}

async function endingOf(world: ToolWorld, child: Child, timeoutS: number, signal: AbortSignal): Promise<Ending> {
  let forget = (): void => {}
  const stopped = new Promise<Ending>((resolve) => {
    const abort = (): void => resolve({ kind: 'aborted' })
    const cancel = world.ports.clock.after(timeoutS * 1000, () => resolve({ kind: 'timeout' }))
    signal.addEventListener('abort', abort, { once: true })
    if (signal.aborted) abort()
    forget = () => {
      cancel()
      signal.removeEventListener('abort', abort)
    }
  })
  try {
    return await Promise.race([child.ended.then((end): Ending => ({ kind: 'ended', end })), stopped])
  } finally {
    forget()
  }
}

function told(ending: Ending, output: string, timeoutS: number): ToolAnswer {
  const body = output.trimEnd() === '' ? '[no output]' : output.trimEnd()
  switch (ending.kind) {
    case 'ended':
      return answer(`${body}\n[${ending.end.exitCode === null ? `ended by ${ending.end.signal}` : `exit code ${ending.end.exitCode}`}]`)
    case 'timeout':
      return refuse(`${body}\n[stopped after ${timeoutS} seconds; its output so far is above]`)
    case 'aborted':
      return refuse('the command was stopped')
  }
}

function decoderInto(excerpt: Excerpt): { push(this: void, chunk: Buffer): void; end(this: void): void } {
  const decoder = new StringDecoder('utf8')
  return { push: (chunk) => excerpt.push(decoder.write(chunk)), end: () => excerpt.push(decoder.end()) }
}
