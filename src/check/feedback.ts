import type { Problem } from '../base/problem.ts'
import type { Verdict } from './check.ts'

const MOST_PROBLEMS = 50

/** Of each check's output, its end; an agent's context is dear. */
const LONGEST_OUTPUT = 8000

/** What goes back to an agent whose work did not pass: which checks failed, why, where, and how their output ended. */
export function feedback(verdicts: readonly Verdict[]): string {
  const failed = verdicts.filter(({ status }) => status === 'failed')
  const names = failed.map(({ name }) => `\`${name}\``).join(', ')
  const passed = verdicts.filter(({ status }) => status === 'passed').map(({ name }) => `\`${name}\``)
  const head = `Your work does not pass yet. Failed ${failed.length === 1 ? 'check' : 'checks'}: ${names}.`
  const rest = passed.length === 0 ? '' : ` Passed: ${passed.join(', ')}.`
  return [`${head}${rest}`, ...failed.map(section), 'Mend the cause, then say that you are done: the same checks judge again.'].join('\n\n')
}

function section(verdict: Verdict): string {
  const isWarning = verdict.gate === 'warn' ? ' (only a warning: it does not hold you up)' : ''
  const parts = [`## Check \`${verdict.name}\`${isWarning}\n\n${verdict.message ?? 'failed'}`]
  if (verdict.problems.length > 0) parts.push(problemList(verdict.problems))
  const output = verdict.output.trim()
  if (output !== '') parts.push(`The end of its output:\n\n${fenced(endOf(output))}`)
  return parts.join('\n\n')
}

function problemList(problems: readonly Problem[]): string {
  const lines = problems.slice(0, MOST_PROBLEMS).map((problem) => {
    const place = [problem.file, problem.line, problem.column].filter((part) => part !== null).join(':')
    const rule = problem.rule === null ? '' : ` (${problem.rule})`
    return `- ${place === '' ? '' : `${place}: `}${problem.severity}: ${problem.message.replaceAll('\n', '\n  ')}${rule}`
  })
  const more = problems.length - lines.length
  return [...lines, ...(more > 0 ? [`- and ${more} more`] : [])].join('\n')
}

function endOf(output: string): string {
  if (output.length <= LONGEST_OUTPUT) return output
  const end = output.slice(-LONGEST_OUTPUT).toWellFormed()
  return `…${end.slice(end.indexOf('\n'))}`
}

/** A fence that the output cannot close. */
function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}\n${text}\n${fence}`
}
