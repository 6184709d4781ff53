import { formatDuration } from '../base/duration.ts'
import { formatUsd } from '../base/money.ts'
import type { RouteDecided } from '../run/call-event.ts'
import type { AttemptEnded, GateAnswered, Nested, NodeReused, Noticed, Recorded, RunResumed, SkipCause, StopCause } from '../run/event.ts'
import type { ChangesMerged, CheckFinished, Delivered } from '../run/work-event.ts'
import { winnerOf } from '../run/race.ts'
import type { ContestantFinished, RaceDecided } from '../run/race.ts'
import type { AgentChosen } from '../run/team.ts'
import type { Run } from '../run/run.ts'
import { statusStyle } from './paint.ts'
import type { Paint } from './paint.ts'
import { plainLine } from './plain.ts'

/** What happened in words, one line each; calls of models are told by what comes of them. */
export function eventLines(event: Recorded, run: Run, paint: Paint): string[] {
  return linesOf(event, run, { paint, prefix: '' })
}

/** `prefix` stands before the ids of nodes: `build/` for what happens in the pipeline that the node `build` performs. */
interface Voice {
  readonly paint: Paint
  readonly prefix: string
}

function linesOf(event: Recorded, run: Run, voice: Voice): string[] {
  const { paint, prefix } = voice
  switch (event.type) {
    case 'run-started': return [`${title(run, voice)}: ${plainLine(event.pipeline)}, ${counted(event.plan.length, 'step')}`]
    case 'run-resumed': return [resumedLine(event, run, voice)]
    case 'nodes-expanded': return [`${named(event.step, voice)}: ${counted(event.nodes.length, 'node')}`]
    case 'attempt-started': return [`${named(event.node, voice)}: started${event.attempt === 1 ? '' : `, attempt ${event.attempt}`}`]
    case 'message-sent': return [`${named(event.node, voice)}: writes to ${plainLine(event.to)}`]
    case 'agent-chosen': return [choiceLine(event, voice)]
    case 'route-decided': return routeLines(event, voice)
    case 'check-finished': return checkLines(event, voice)
    case 'delivered': return [deliveredLine(event, voice)]
    case 'changes-merged': return mergeLines(event, voice)
    case 'contestant-finished': return [contestantLine(event, voice)]
    case 'race-decided': return [decisionLine(event, run, voice)]
    case 'attempt-ended': return [endLine(event, run, voice)]
    case 'node-skipped': return [`${named(event.node, voice)}: ${paint('dim', `skipped, ${skipWords(event.cause)}`)}`]
    case 'node-reused': return [`${named(event.node, voice)}: ${paint('green', 'passed')}, ${reuseWords(event)}`]
    case 'gate-opened': return [`${named(event.node, voice)}: ${paint(statusStyle('waiting'), 'waiting')}: ${plainLine(event.gate.question)}`]
    case 'gate-answered': return [answerLine(event, voice)]
    case 'noticed': return [noticeLine(event, voice)]
    case 'run-stopping': return prefix === '' ? [paint('yellow', `stopping: ${stopWords(event.cause)}`)] : []
    case 'nested': return nestedLines(event, run, voice)
    case 'call-reserved':
    case 'call-settled':
    case 'run-finished':
      return []
    default: return unknownEvent(event)
  }
}

function unknownEvent(event: never): string[] {
  throw new Error(`there are no words for ${JSON.stringify(event)}`)
}

function nestedLines(event: Nested, run: Run, { paint, prefix }: Voice): string[] {
  const inner = run.nested.get(event.node)
  return inner ? linesOf(event.event, inner, { paint, prefix: `${prefix}${event.node}/` }) : []
}

function resumedLine(event: RunResumed, run: Run, voice: Voice): string {
  return `${title(run, voice)}: resumed, ${counted(event.keep.length, 'node')} kept`
}

function choiceLine(event: AgentChosen, voice: Voice): string {
  const others = event.candidates.flatMap(({ agent, because }) => (agent === event.agent ? [] : [`${plainLine(agent)}: ${plainLine(because)}`]))
  const how = event.reason === 'backup' ? 'takes over' : event.reason === 'again' ? 'tries again' : 'is chosen'
  return `${named(event.node, voice)}: ${plainLine(event.agent)} ${how}${others.length === 0 ? '' : ` (${others.join(', ')})`}`
}

function routeLines(event: RouteDecided, voice: Voice): string[] {
  if (event.excluded.length === 0) return []
  const excluded = event.excluded.map(({ model, because }) => `${plainLine(model)}: ${plainLine(because)}`).join(', ')
  return [`${named(event.node, voice)}: ${plainLine(event.chosen ?? 'no model')} is chosen (${excluded})`]
}

/** More problems than this are for the report. */
const MOST_PROBLEMS = 10

function checkLines(event: CheckFinished, voice: Voice): string[] {
  const { paint, prefix } = voice
  const { name, status, gate, durationMs, message, problems } = event.result
  const style = status === 'failed' && gate === 'warn' ? 'yellow' : statusStyle(status)
  const round = event.round === 0 ? '' : ` after repair ${event.round}`
  const why = message === null ? '' : `: ${plainLine(message)}`
  const outcome = `${paint(style, status)} in ${formatDuration(durationMs)}`
  const head = `${named(event.node, voice)}: check ${plainLine(name)} ${outcome}${round}${why}`
  const told = problems.slice(0, MOST_PROBLEMS).map((problem) => {
    const place = [problem.file, problem.line, problem.column].filter((part) => part !== null).join(':')
    return `${outputPrefix(`${prefix}${event.node}`, paint)}${plainLine(`${place === '' ? '' : `${place} `}${problem.severity}: ${problem.message}`)}`
  })
  const left = problems.length - told.length
  return [head, ...told, ...(left > 0 ? [`${outputPrefix(`${prefix}${event.node}`, paint)}and ${counted(left, 'more problem')}`] : [])]
}

/** That changes went together is told by the end of the step; here, what did not. */
function mergeLines({ node, conflicts, outcome, policy, resolver }: ChangesMerged, voice: Voice): string[] {
  if (conflicts.length === 0) return []
  const words = { clean: '', decided: `decided by \`${policy}\``, resolved: `resolved by ${plainLine(resolver ?? 'nobody')}`, failed: 'not resolved' }[outcome]
  const style = outcome === 'failed' ? 'red' : 'yellow'
  const files = conflicts.map(({ path, kind, severity }) => `${plainLine(path)} (${kind}, ${severity})`)
  return [`${named(node, voice)}: ${counted(conflicts.length, 'contradiction')}, ${voice.paint(style, words)}: ${files.slice(0, 5).join(', ')}${files.length > 5 ? ` and ${files.length - 5} more` : ''}`]
}

function contestantLine({ node, index, agent, status, durationMs, cost, failure }: ContestantFinished, voice: Voice): string {
  const style = status === 'stopped' ? 'dim' : statusStyle(status)
  const facts = [`${voice.paint(style, status)} after ${formatDuration(durationMs)}`, ...(cost === '0' ? [] : [formatUsd(BigInt(cost))])]
  return `${named(node, voice)}: contestant ${index}, ${plainLine(agent)}: ${facts.join(', ')}${failure === null ? '' : `: ${plainLine(failure.message)}`}`
}

function decisionLine({ node, attempt, chosen, because }: RaceDecided, run: Run, voice: Voice): string {
  const race = run.nodes.get(node)?.attempts.find((one) => one.attempt === attempt)?.race
  const agent = race && winnerOf(race)
  return `${named(node, voice)}: ${chosen === null ? 'no contestant is' : `contestant ${chosen}${agent == null ? '' : `, ${plainLine(agent)}, is`}`} chosen: ${plainLine(because)}`
}

function endLine(event: AttemptEnded, run: Run, voice: Voice): string {
  const { paint } = voice
  const cost = run.nodes.get(event.node)?.cost ?? 0n
  const facts = [
    `${paint(statusStyle(event.status), event.status)} in ${formatDuration(event.durationMs)}`,
    ...(cost > 0n ? [formatUsd(cost)] : []),
    ...(event.filesChanged.length > 0 ? [`${counted(event.filesChanged.length, 'file')} changed`] : []),
    ...(event.commit === null ? [] : [`commit ${plainLine(event.commit.slice(0, 10))}`]),
    ...(event.retryAt === null ? [] : ['to be tried again']),
  ]
  const asked = event.gate?.question ?? event.outputs.question
  const question = event.status === 'waiting' && typeof asked === 'string' ? `: ${plainLine(asked)}` : ''
  return `${named(event.node, voice)}: ${facts.join(', ')}${event.failure ? `: ${plainLine(event.failure.message)}` : question}`
}

function deliveredLine({ node, kind, target, commit, already, url }: Delivered, voice: Voice): string {
  const what = commit === null ? '' : ` of ${plainLine(commit.slice(0, 10))}`
  return `${named(node, voice)}: ${already ? 'was delivered already' : 'delivered'}: ${kind.replace('_', ' ')} ${plainLine(target)}${what}${url === undefined ? '' : `: ${plainLine(url)}`}`
}

function reuseWords({ source, run }: NodeReused): string {
  return source === 'cache' ? 'from the cache' : `as in the run ${plainLine(run)}`
}

function answerLine(event: GateAnswered, voice: Voice): string {
  const { paint } = voice
  const by = event.by === null ? '' : ` by ${plainLine(event.by)}`
  const comment = event.comment === null ? '' : `: ${plainLine(event.comment)}`
  return `${named(event.node, voice)}: ${paint(event.answer === 'approved' ? 'green' : 'red', event.answer)}${by}${comment}`
}

function noticeLine(event: Noticed, { paint, prefix }: Voice): string {
  const place = event.step === null ? prefix.slice(0, -1) : `${prefix}${event.step}`
  const where = place === '' ? '' : ` ${plainLine(place)}:`
  return `${paint(event.severity === 'error' ? 'red' : 'yellow', `${event.severity}:`)}${where} ${plainLine(event.message)}`
}

export function skipWords(cause: SkipCause): string {
  switch (cause.kind) {
    case 'condition': return 'its condition is false'
    case 'blocked': return `${plainLine(cause.need)} did not pass`
    case 'empty': return 'its matrix is empty'
    case 'unwanted': return 'other steps were chosen'
    case 'autonomy': return '`autonomy: manual` delivers nothing'
  }
}

export function stopWords(cause: StopCause): string {
  switch (cause.kind) {
    case 'signal': return `${cause.signal} was received`
    case 'timeout': return `the run did not end within its timeout of ${formatDuration(cause.afterMs)}`
    case 'budget':
    case 'quota':
      return `${plainLine(cause.message)}${cause.resumeAfter === undefined ? '' : `, go on after ${new Date(cause.resumeAfter).toISOString()}`}`
  }
}

/** What stands before each line that a node printed. */
export function outputPrefix(node: string, paint: Paint): string {
  return `${named(node, { paint, prefix: '' })} ${paint('dim', '|')} `
}

export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

/** The run, or the node that performs it. */
function title(run: Run, { paint, prefix }: Voice): string {
  return prefix === '' ? paint('bold', `run ${run.id}`) : named('', { paint, prefix: prefix.slice(0, -1) })
}

function named(node: string, { paint, prefix }: Voice): string {
  return paint('cyan', plainLine(`${prefix}${node}`))
}
