import { canonical, isObject } from '../../base/json.ts'
import type { Json } from '../../base/json.ts'
import type { Patterns } from '../../base/ports.ts'
import { PortError } from '../../base/ports.ts'
import type { ExpectationText } from '../../pipeline/vocabulary/test.ts'
import type { Report, ReportStep } from '../../report/vocabulary/report.ts'

/** In what a report is not as expected, a sentence each. */
export async function differences(expected: ExpectationText, report: Report, patterns: Patterns): Promise<string[]> {
  const told: string[] = []
  const same = (what: string, wanted: unknown, got: unknown): void => {
    if (wanted !== undefined && canonical(wanted as Json) !== canonical(got as Json)) told.push(`${what} is ${shown(got)}, expected ${shown(wanted)}`)
  }
  same('the status of the run', expected.status ?? 'passed', report.run.status)
  same('the exit code', expected.exit_code, report.run.exit_code)
  for (const [id, step] of Object.entries(expected.steps ?? {})) {
    const found = report.steps.find((one) => one.id === id)
    if (found) told.push(...(await stepDifferences(step, found, patterns)))
    else told.push(`there is no step \`${id}\`; there are ${report.steps.map((one) => `\`${one.id}\``).join(', ')}`)
  }
  told.push(...(await outputDifferences('the output', expected.outputs ?? {}, report.run.outputs, patterns)))
  same('the list of deliveries', expected.deliveries, report.deliveries.map(({ kind, target }) => `${kind} ${target}`))
  const most = expected.cost_usd?.at_most
  if (most !== undefined && report.totals.cost_usd > most) told.push(`the run cost $${report.totals.cost_usd}, expected at most $${most}`)
  return [...told, ...(told.length > 0 ? why(report) : [])]
}

type ExpectedStep = NonNullable<ExpectationText['steps']>[string]

async function stepDifferences(expected: ExpectedStep, found: ReportStep, patterns: Patterns): Promise<string[]> {
  const told: string[] = []
  const same = (what: string, wanted: unknown, got: unknown): void => {
    if (wanted !== undefined && canonical(wanted as Json) !== canonical(got as Json)) told.push(`${what} of \`${found.id}\` is ${shown(got)}, expected ${shown(wanted)}`)
  }
  same('the status', expected.status ?? 'passed', found.status)
  same('the failure', expected.failure, found.failure?.code ?? null)
  same('the number of attempts', expected.attempts, found.attempts.length)
  same('the list of changed files', expected.files_changed && [...expected.files_changed].sort(), [...found.files_changed].sort())
  for (const [name, verdict] of Object.entries(expected.checks ?? {})) {
    same(`the check \`${name}\``, verdict, found.checks.find((check) => check.name === name)?.status ?? null)
  }
  return [...told, ...(await outputDifferences(`the output of \`${found.id}\``, expected.outputs ?? {}, found.outputs, patterns))]
}

async function outputDifferences(what: string, expected: Readonly<Record<string, unknown>>, found: Readonly<Record<string, unknown>>, patterns: Patterns): Promise<string[]> {
  const told: string[] = []
  for (const [name, wanted] of Object.entries(expected)) {
    const got = Object.hasOwn(found, name) ? found[name] : null
    const pattern = isObject(wanted) && typeof wanted.matches === 'string' && Object.keys(wanted).length === 1 ? wanted.matches : undefined
    if (pattern === undefined ? canonical(wanted as Json) === canonical(got as Json) : await matches(pattern, got, patterns)) continue
    told.push(`${what} \`${name}\` is ${shown(got)}, expected ${pattern === undefined ? shown(wanted) : `a text that matches \`${pattern}\``}`)
  }
  return told
}

async function matches(pattern: string, value: unknown, patterns: Patterns): Promise<boolean> {
  try {
    return typeof value === 'string' && (await patterns.test(pattern, 'ms', value, 1000)) === 'match'
  } catch (error) {
    if (error instanceof PortError) return false
    throw error
  }
}

/** What failed, which mostly says why something is not as expected. */
function why({ exceptions }: Report): string[] {
  return exceptions.filter(({ severity }) => severity === 'error').map(({ step, code, message }) => `${step === null ? '' : `${step}: `}${code}: ${message}`)
}

function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return `\`${text.length > 200 ? `${text.slice(0, 200)}…` : text}\``
}
