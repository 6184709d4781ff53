import { createQuota } from '../../simulator/quota.ts'
import type { SimAnswer } from '../../simulator/answer.ts'
import { startSimulator } from '../../simulator/simulator.ts'

/** One way to have calls answered: ours, or a gateway between us and the same simulator. Chat Completions, streamed. */
export interface Contender {
  readonly name: string
  /** The text of the answer, or undefined where the call failed; `models` in the order in which they are to be tried. */
  ask(base: string, models: readonly string[], call: number, limit: 'rpm-600' | undefined): Promise<string | undefined>
}

const WORDS = Array.from({ length: 20 }, (_, index) => `word${index}`).join(' ')
const WELL: SimAnswer = { text: WORDS, usage: { input: 50, output: 20 } }
const DOWN: SimAnswer = { status: 503, body: { error: { type: 'server_error', code: 'server_error', message: 'down' } } }

export interface Figure {
  readonly what: string
  readonly found: string
}

/** One call before the others, so that nobody's first figure holds what is loaded once. */
export async function warmed(contender: Contender): Promise<void> {
  const simulator = await startSimulator({ answer: () => WELL })
  await contender.ask(simulator.baseUrl.chat, ['sound'], 0, undefined)
  await simulator.close()
}

/** 64 calls at once at a provider that lets 600 through a minute, one at a time. */
export async function atLimit(contender: Contender): Promise<Figure> {
  const quota = createQuota({ rpm: 600, burst: 1 / 600, charging: 'reserve', vendor: 'openai' }, performance.now())
  const simulator = await startSimulator({ answer: () => WELL, quota })
  const began = performance.now()
  const texts = await Promise.all(Array.from({ length: 64 }, async (_, call) => contender.ask(simulator.baseUrl.chat, ['sound'], call, 'rpm-600')))
  const seconds = (performance.now() - began) / 1000
  await simulator.close()
  const good = texts.filter((text) => text === WORDS).length
  return { what: '64 calls at 600 rpm', found: `${good} answered, ${64 - good} failed, ${quota.counts.refused} × 429, ${seconds.toFixed(1)} s` }
}

/** Ten calls, one after the other, whose first model is down. */
export async function whenDown(contender: Contender): Promise<Figure> {
  let tries = 0
  const simulator = await startSimulator({ answer: ({ model }) => (model === 'broken' ? (tries += 1, DOWN) : WELL) })
  const times: number[] = []
  let good = 0
  for (let call = 0; call < 10; call += 1) {
    const at = performance.now()
    good += (await contender.ask(simulator.baseUrl.chat, ['broken', 'sound'], call, undefined)) === WORDS ? 1 : 0
    times.push(performance.now() - at)
  }
  await simulator.close()
  const later = times.slice(3).sort((a, b) => a - b)
  const median = later[Math.floor(later.length / 2)] ?? 0
  const found = `${good} of 10 answered, first ${times[0]?.toFixed(0)} ms, later ${median.toFixed(1)} ms, ${tries} requests to what is down`
  return { what: '503 for good, with a fallback', found }
}

/** A stream that is cut, ends without its end, or stalls after two events; with a fallback. Given up after ten seconds. */
export async function whenBroken(contender: Contender, kind: 'cut' | 'end' | 'stall'): Promise<Figure> {
  const simulator = await startSimulator({ answer: ({ model }) => (model === 'broken' ? { ...WELL, fault: { kind, after: 2 } } : WELL) })
  const began = performance.now()
  let timer: NodeJS.Timeout | undefined
  const patience = new Promise<'hangs'>((resolve) => void (timer = setTimeout(() => resolve('hangs'), 10_000)))
  const text = await Promise.race([contender.ask(simulator.baseUrl.chat, ['broken', 'sound'], 0, undefined), patience])
  clearTimeout(timer)
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  await simulator.close()
  const words = text === undefined ? 'told as failed' : text === WORDS ? 'whole' : text === 'hangs' ? 'still hanging' : 'a part of the answer, told as success'
  const names = { cut: 'a stream that is cut', end: 'a stream that ends too soon', stall: 'a stream that stalls' }
  return { what: names[kind], found: `${words} after ${seconds} s` }
}
