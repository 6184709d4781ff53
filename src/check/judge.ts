import { formatDuration } from '../base/duration.ts'
import type { Patterns } from '../base/ports.ts'
import { PortError } from '../base/ports.ts'
import type { CheckOrder, Expectation } from './check.ts'
import type { Execution } from './execute.ts'
import { clip, plain } from './plain.ts'

/** How long one pattern may be matched; one that needs longer backtracks without end. */
const PATTERN_MS = 2000

/** Every reason why an execution is not what was expected; none: it passed. */
export async function judge(order: CheckOrder, execution: Execution, patterns: Patterns): Promise<string[]> {
  if (execution.stopped === 'timeout') return [`took longer than ${formatDuration(order.timeoutMs)}`]
  if (execution.stopped === 'cancelled') return ['was cancelled']
  const ending = judgeEnd(order.expect, execution)
  return [...ending, ...(await judgeText(order.expect, execution, patterns))]
}

function judgeEnd({ exitCode: wanted }: Expectation, { exitCode, signal, stderr }: Execution): string[] {
  if (exitCode === null) return [`was ended by ${signal ?? 'a signal'}`]
  if (exitCode === wanted) return []
  const expected = wanted === 0 ? '' : `, expected ${wanted}`
  const missing = exitCode === 127 ? missingProgram(stderr.text) : undefined
  return [`ended with exit code ${exitCode}${expected}${missing === undefined ? '' : `: a program was not found (\`${missing}\`)`}`]
}

/** What the shell says of it, in its own words. */
function missingProgram(stderr: string): string | undefined {
  const line = plain(stderr).split('\n').findLast((text) => /not found|no such file/i.test(text))
  return line === undefined ? undefined : clip(line.trim(), 200)
}

async function judgeText(expect: Expectation, { stdout, stderr }: Execution, patterns: Patterns): Promise<string[]> {
  const questions = [
    { key: 'stdout_matches', pattern: expect.stdoutMatches, wanted: 'match', stream: stdout, name: 'standard output' },
    { key: 'stderr_matches', pattern: expect.stderrMatches, wanted: 'match', stream: stderr, name: 'standard error' },
    { key: 'not_matches', pattern: expect.notMatches, wanted: 'no-match', stream: stdout, name: 'standard output' },
    { key: 'not_matches', pattern: expect.notMatches, wanted: 'no-match', stream: stderr, name: 'standard error' },
  ] as const
  const reasons: string[] = []
  for (const { key, pattern, wanted, stream, name } of questions) {
    if (pattern === undefined) continue
    const answer = await ask(patterns, pattern, stream.text)
    if (answer === 'invalid') reasons.push(`\`${key}\` is no valid regular expression`)
    else if (answer === 'timeout') reasons.push(`\`${key}\` could not be matched with ${name} within ${formatDuration(PATTERN_MS)}`)
    else if (answer === 'no-match' && stream.isCut) reasons.push(`${name} is too long to be searched to its end for \`${key}\``)
    else if (answer !== wanted) reasons.push(`${name} ${answer === 'match' ? 'matches `not_matches`' : `does not match \`${key}\``}`)
  }
  return reasons
}

async function ask(patterns: Patterns, pattern: string, text: string): Promise<'match' | 'no-match' | 'timeout' | 'invalid'> {
  try {
    return await patterns.test(pattern, 'ms', text, PATTERN_MS)
  } catch (error) {
    if (error instanceof PortError) return 'invalid'
    throw error
  }
}
