import { isObject } from '../base/json.ts'
import type { Problem } from '../base/problem.ts'
import { err, ok } from '../base/result.ts'
import type { Places } from './places.ts'
import { clip, plain } from './plain.ts'
import type { ReportFormat } from './report-format.ts'

const LONGEST_MESSAGE = 2000

/** What ESLint's `json` formatter prints, also where a package manager prints its own lines before and after it. */
export const eslintJsonReport: ReportFormat = {
  source: 'stdout',
  parse: async (text, { places }) => {
    const results = findResults(text)
    if (results === undefined) return err('holds no ESLint report; `eslint --format json` prints one')
    return ok({ problems: results.flatMap((result) => problemsOf(result, places)), judged: undefined })
  },
}

function findResults(text: string): Record<string, unknown>[] | undefined {
  const clean = plain(text)
  const start = /^\[(?=\s*[{\]])/m.exec(clean)?.index
  if (start === undefined) return undefined
  const rest = clean.slice(start)
  // ESLint prints one line; a whole array over many lines comes from a formatter of the formatter.
  return asResults(rest.split('\n', 1)[0] ?? '') ?? asResults(rest.slice(0, rest.lastIndexOf(']') + 1))
}

function asResults(text: string): Record<string, unknown>[] | undefined {
  const value = parseJson(text)
  return Array.isArray(value) && value.every(isResult) ? value : undefined
}

function isResult(value: unknown): value is Record<string, unknown> {
  return isObject(value) && typeof value['filePath'] === 'string' && Array.isArray(value['messages'])
}

function problemsOf(result: Record<string, unknown>, places: Places): Problem[] {
  const path = result['filePath'] as string
  const file = places.relative(path)
  return (result['messages'] as unknown[]).filter(isObject).map((found) => {
    const message = plain(typeof found['message'] === 'string' ? found['message'] : 'no message')
    return {
      file: file ?? null,
      line: file === undefined ? null : positive(found['line']),
      column: file === undefined ? null : positive(found['column']),
      severity: found['severity'] === 1 ? ('warning' as const) : ('error' as const),
      message: clip(file === undefined ? `${path}: ${message}` : message, LONGEST_MESSAGE),
      rule: typeof found['ruleId'] === 'string' ? found['ruleId'] : null,
    }
  })
}

function positive(value: unknown): number | null {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : null
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
