import { Worker } from 'node:worker_threads'
import { PortError } from '../base/ports.ts'
import type { Patterns } from '../base/ports.ts'

/** Workers that wait for the next job; more than this are let go. */
const MOST_IDLE = 2

interface Job {
  readonly pattern: string
  readonly flags: string
  readonly texts: readonly string[]
  readonly lines: boolean
}

/** Plain JavaScript in a string, so that a bundle of one file still holds it. */
const WORKER_SOURCE = `
const { parentPort } = require('node:worker_threads')
parentPort.on('message', ({ pattern, flags, texts, lines }) => {
  const regex = new RegExp(pattern, flags)
  const matches = (text) => {
    regex.lastIndex = 0
    return regex.test(text)
  }
  const matchingLines = (text) => {
    const all = text.split(/\\r?\\n/)
    if (all[all.length - 1] === '') all.pop()
    return all.flatMap((line, index) => (matches(line) ? [index + 1] : []))
  }
  parentPort.postMessage(lines ? texts.map(matchingLines) : texts.map(matches))
})
`

/**
 * Matches in worker threads: one that overruns its time is ended and never used again. An idle worker keeps no process alive.
 */
export function createPatterns(): Patterns {
  const idle: Worker[] = []

  async function perform(job: Job, timeoutMs: number): Promise<unknown> {
    compile(job)
    const worker = idle.pop() ?? (await startWorker())
    worker.ref()
    const answer = await ask(worker, job, timeoutMs)
    if (answer === 'timeout' || idle.length >= MOST_IDLE) await worker.terminate()
    else {
      worker.unref()
      idle.push(worker)
    }
    return answer
  }

  return {
    async test(pattern, flags, text, timeoutMs) {
      const answer = await perform({ pattern, flags, texts: [text], lines: false }, timeoutMs)
      if (answer === 'timeout') return answer
      return (answer as readonly boolean[])[0] ? 'match' : 'no-match'
    },
    async matchLines(pattern, flags, texts, timeoutMs) {
      return (await perform({ pattern, flags, texts, lines: true }, timeoutMs)) as readonly (readonly number[])[] | 'timeout'
    },
  }
}

function compile(job: Job): void {
  try {
    void new RegExp(job.pattern, job.flags)
  } catch (error) {
    throw new PortError('EINVAL', job.pattern, error instanceof Error ? error.message : 'the pattern does not compile')
  }
}

/** Ready when its thread runs, so that starting it is not taken from a job's time. */
async function startWorker(): Promise<Worker> {
  const worker = new Worker(WORKER_SOURCE, { eval: true, env: {}, execArgv: [], resourceLimits: { maxOldGenerationSizeMb: 256 } })
  await new Promise<void>((resolve, reject) => {
    worker.once('online', resolve)
    worker.once('error', (error) => reject(broken(error)))
  })
  worker.removeAllListeners('error')
  return worker
}

async function ask(worker: Worker, job: Job, timeoutMs: number): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined
  try {
    return await new Promise((resolve, reject) => {
      timer = setTimeout(() => resolve('timeout'), timeoutMs)
      worker.once('message', resolve)
      worker.once('error', (error) => reject(broken(error)))
      worker.postMessage(job, [])
    })
  } finally {
    clearTimeout(timer)
    worker.removeAllListeners('message')
    worker.removeAllListeners('error')
  }
}

function broken(error: unknown): PortError {
  return new PortError('EIO', 'pattern', error instanceof Error ? error.message : 'the matching thread failed')
}
