import { formatUsd } from '../base/money.ts'
import type { RaceSpec } from '../pipeline/pipeline.ts'
import type { Failure } from '../run/failure.ts'
import type { ContestantFinished, RaceDecided } from '../run/race.ts'
import type { Course, Finished } from './contestant.ts'
import { askJudge } from './race-judge.ts'

/** `failure`: why nobody is chosen although somebody passed. */
type Decision = Omit<RaceDecided, 'type' | 'node' | 'attempt' | 'pick'> & { readonly failure?: Failure }

type Told = Pick<ContestantFinished, 'index' | 'status' | 'cost' | 'lines' | 'failure'>

/** Whose work is taken. `all` as they ended; what is equal goes by the order of the pipeline. */
export async function decide(course: Course, race: RaceSpec, all: readonly Finished[]): Promise<Decision> {
  const passed = all.filter(({ told }) => told.status === 'passed')
  if (race.pick !== 'judge' || race.judge === undefined || passed.length < 2) return byFigures(all.map(({ told }) => told), race.pick)
  const { judge } = race
  const { cost, verdict } = await askJudge(course, judge, passed.toSorted((one, other) => one.told.index - other.told.index))
  const judged = { judge, judgeCost: cost.toString() }
  if (!verdict.ok) {
    const failure = { ...verdict.error, message: `the judge \`${judge}\` came to nothing: ${verdict.error.message}` }
    return { ...judged, chosen: null, because: failure.message, others: all.map(({ told }) => ({ index: told.index, because: whyNot(told) ?? 'nobody chose' })), failure }
  }
  const { choice, reason } = verdict.value
  return { ...judged, chosen: choice, because: reason, others: others(all.map(({ told }) => told), choice, () => 'the judge chose another') }
}

/** The same where nobody is asked. */
export function byFigures(all: readonly Told[], pick: RaceSpec['pick']): Decision {
  const passed = all.filter(({ status }) => status === 'passed')
  const [first] = passed
  const unjudged = { judge: null, judgeCost: '0' }
  if (!first) return { ...unjudged, chosen: null, because: 'none passed', others: others(all, 0, () => '') }
  if (pick === 'first_passing' || pick === 'judge') {
    const because = pick === 'judge' ? 'it alone passed' : 'it passed first'
    return { ...unjudged, chosen: first.index, because, others: others(all, first.index, () => 'it passed later') }
  }
  const size = ({ cost, lines }: Told): bigint => (pick === 'cheapest' ? BigInt(cost) : BigInt(lines))
  const words = (one: Told): string => (pick === 'cheapest' ? `it cost ${formatUsd(BigInt(one.cost))}` : `it changed ${one.lines} ${one.lines === 1 ? 'line' : 'lines'}`)
  const best = passed.toSorted((one, other) => (size(one) < size(other) ? -1 : size(one) > size(other) ? 1 : one.index - other.index))[0] ?? first
  return {
    ...unjudged, chosen: best.index, because: words(best),
    others: others(all, best.index, (one) => (size(one) === size(best) ? `${words(one)} too, and stands later` : words(one))),
  }
}

function others(all: readonly Told[], chosen: number, passed: (one: Told) => string): Decision['others'] {
  const left = all.filter(({ index }) => index !== chosen).toSorted((one, other) => one.index - other.index)
  return left.map((one) => ({ index: one.index, because: whyNot(one) ?? passed(one) }))
}

function whyNot({ status, failure }: Told): string | undefined {
  if (status === 'failed') return `failed: ${failure?.code ?? 'internal'}`
  return status === 'stopped' ? 'stopped: another one passed first' : undefined
}
