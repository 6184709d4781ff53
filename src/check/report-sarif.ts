import { isObject } from '../base/json.ts'
import type { Problem } from '../base/problem.ts'
import { err, ok } from '../base/result.ts'
import type { Places } from './places.ts'
import { clip, plain } from './plain.ts'
import type { ReportFormat } from './report-format.ts'

const LONGEST_MESSAGE = 2000

/** SARIF 2.1.0, the common form of static analyzers. Results that were suppressed there, or that report no problem, are none. */
export const sarifReport: ReportFormat = {
  source: 'files',
  parse: async (text, { places }) => {
    const log = parseJson(text)
    if (!isObject(log) || !Array.isArray(log['runs'])) return err('is no SARIF log')
    return ok({ problems: log['runs'].filter(isObject).flatMap((run) => problemsOf(run, places)), judged: undefined })
  },
}

type Part = Readonly<Record<string, unknown>>

function problemsOf(run: Part, places: Places): Problem[] {
  return objects(run['results']).filter(isProblem).map((result) => {
    const physical = part(objects(result['locations'])[0] ?? {}, 'physicalLocation')
    const location = part(physical, 'artifactLocation')
    const path = pathOf(run, location)
    const file = path === undefined ? undefined : places.relative(path)
    const region = part(physical, 'region')
    const message = plain(messageOf(result))
    return {
      file: file ?? null,
      line: file === undefined ? null : positive(region['startLine']),
      column: file === undefined ? null : positive(region['startColumn']),
      severity: result['level'] === 'error' ? 'error' as const : 'warning' as const,
      message: clip(path !== undefined && file === undefined ? `${path}: ${message}` : message, LONGEST_MESSAGE),
      rule: ruleOf(run, result),
    }
  })
}

function isProblem(result: Part): boolean {
  const isSuppressed = objects(result['suppressions']).some(({ status }) => status === undefined || status === 'accepted')
  return !isSuppressed && (result['kind'] === undefined || result['kind'] === 'fail') && result['level'] !== 'none' && result['baselineState'] !== 'absent'
}

/** A path relative to a base that the log names somewhere is joined with it. */
function pathOf(run: Part, location: Part): string | undefined {
  const { uri, uriBaseId } = location
  if (typeof uri !== 'string') return undefined
  const base = typeof uriBaseId === 'string' ? part(part(run, 'originalUriBaseIds'), uriBaseId)['uri'] : undefined
  const whole = typeof base === 'string' && !/^[a-z][a-z+.-]*:|^\//i.test(uri) ? `${base.replace(/\/?$/, '/')}${uri}` : uri
  return decoded(whole)
}

function decoded(uri: string): string {
  try {
    return decodeURIComponent(uri)
  } catch {
    return uri
  }
}

function messageOf(result: Part): string {
  const { text, markdown } = part(result, 'message')
  return typeof text === 'string' ? text : typeof markdown === 'string' ? markdown : 'no message'
}

/** By name, or by its number among the rules of the tool. */
function ruleOf(run: Part, result: Part): string | null {
  const { ruleId, ruleIndex } = result
  if (typeof ruleId === 'string') return ruleId
  const byRule = part(result, 'rule')
  if (typeof byRule['id'] === 'string') return byRule['id']
  const id = typeof ruleIndex === 'number' ? objects(part(part(run, 'tool'), 'driver')['rules'])[ruleIndex]?.['id'] : undefined
  return typeof id === 'string' ? id : null
}

function part(whole: Part, key: string): Part {
  const value = Object.hasOwn(whole, key) ? whole[key] : undefined
  return isObject(value) ? value : {}
}

function objects(value: unknown): Part[] {
  return Array.isArray(value) ? value.filter(isObject) : []
}

function positive(value: unknown): number | null {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : null
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch {
    return undefined
  }
}
