import { formatDuration } from '../base/duration.ts'
import type { Run } from '../run/run.ts'
import { jsonReport } from './json.ts'
import type { ReportExtras } from './json.ts'
import type { Report, ReportException, ReportStep } from './vocabulary/report.ts'

/** A summary for people, as a step summary or a comment shows it. Nothing that a step said can become markup. */
export function markdownReport(run: Run, extras: ReportExtras): string {
  return markdownOf(jsonReport(run, extras))
}

/** The same of a report that is at hand. */
export function markdownOf(report: Report): string {
  const parts = [heading(report), table(report.steps), exceptions(report.exceptions), footer(report)]
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`
}

function heading({ run, totals }: Report): string {
  const facts = [formatDuration(run.duration_ms), dollars(totals.cost_usd), `run ${code(run.id)}`]
  return `## ${escaped(run.pipeline)}: ${run.status}\n\n${facts.join(', ')}`
}

function table(steps: readonly ReportStep[]): string {
  const rows = steps.map((step) => {
    const checks = step.checks.map((check) => `${check.status === 'passed' ? '✔' : '✖'} ${escaped(check.name)}`).join('<br>')
    const status = step.cached ? `${step.status} (cached)` : step.status
    const cost = step.cost_usd === 0 ? '' : dollars(step.cost_usd)
    return `| ${code(step.id)} | ${status} | ${step.started_at === null ? '' : formatDuration(step.duration_ms)} | ${cost} | ${checks} |`
  })
  return ['| step | status | time | cost | checks |', '| --- | --- | --: | --: | --- |', ...rows].join('\n')
}

function exceptions(list: readonly ReportException[]): string {
  if (list.length === 0) return ''
  const items = list.map(({ severity, step, code: word, message, tried, next }) => {
    const where = step === null ? '' : ` ${code(step)}`
    // A single attempt is the message itself.
    const before = tried.length < 2 ? '' : tried.map((words) => `\n  - ${escaped(words)}`).join('')
    return `- **${severity}**${where} ${escaped(word)}: ${escaped(message)}${before}${next === null ? '' : `${before === '' ? '  ' : '\n'}\n  next: ${code(next)}`}`
  })
  return `### What needs attention\n\n${items.join('\n')}`
}

function footer({ git }: Report): string {
  return git.head === null ? '' : `Commit ${code(git.head)}`
}

function dollars(usd: number): string {
  return `$${usd.toFixed(4)}`
}

function code(text: string): string {
  return `<code>${escaped(text)}</code>`
}

/** Text that no renderer takes for markup, a mention or a reference. */
function escaped(text: string): string {
  const plain = text.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
  return plain.replace(/[^\p{L}\p{N} .,;:/()'-]/gu, (character) => `&#${character.codePointAt(0) ?? 0};`)
}
