import { createHash } from 'node:crypto'
import type { Verdict } from './check.ts'

/**
 * A fingerprint of what failed and how, equal for the same failure seen twice: times, durations, seeds, temporary paths and
 * addresses are taken out first. Where problems are known they count, and the output only where there are none.
 */
export function signature(verdicts: readonly Verdict[]): string {
  const failed = verdicts.filter(({ status }) => status === 'failed').toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
  return createHash('sha256').update(JSON.stringify(failed.map(essence))).digest('hex')
}

function essence({ name, exitCode, message, problems, output }: Verdict): unknown {
  const errors = problems.filter(({ severity }) => severity === 'error')
  const told = errors.map(({ file, line, column, message, rule }) => JSON.stringify([file, line, column, settle(message), rule]))
  return [name, exitCode, settle(message ?? ''), told.length > 0 ? told.sort() : settle(output)]
}

const UNSETTLED: readonly (readonly [RegExp, string])[] = [
  [/\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d([.,]\d+)?)?( ?(Z|[+-]\d\d:?\d\d))?/g, '<time>'],
  [/\b\d{1,2}:\d\d:\d\d([.,]\d+)?( ?[AP]M)?\b/gi, '<time>'],
  [/\b\d+(\.\d+)? ?(ns|µs|μs|us|ms|milliseconds?|secs?|seconds?|s|mins?|minutes?|m|h)\b/gi, '<duration>'],
  [/(<duration>[ ,]*)+/g, '<duration>'],
  [/\b(seed["']?\s*[:=]?\s*)-?\d+/gi, '$1<seed>'],
  [/\b(pid["']?\s*[:=]?\s*)\d+/gi, '$1<pid>'],
  [/\b0x[\da-f]+\b/gi, '<address>'],
  [/\b[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}\b/gi, '<id>'],
  [/(\/private)?\/(tmp|var\/tmp|var\/folders)\/[^\s:"'`)\]},;]+/g, '<temporary>'],
]

function settle(text: string): string {
  return UNSETTLED.reduce((settled, [form, name]) => settled.replace(form, name), text).replace(/\s+/g, ' ').trim()
}
