import type { Problem } from '../base/problem.ts'
import { ok } from '../base/result.ts'
import type { Places } from './places.ts'
import { clip, plain } from './plain.ts'
import type { ReportFormat } from './report-format.ts'

const LONGEST_LINE = 10_000
const LONGEST_MESSAGE = 2000

/** The lines of the TypeScript compiler, `--pretty` or not. Output without any is a report of no problem. */
export const tscReport: ReportFormat = {
  source: 'stdout',
  parse: async (text, { places }) => ok({ problems: parseTsc(text, places), judged: undefined }),
}

const FORMS = [
  /^(?<path>\S.*)\((?<line>\d+),(?<column>\d+)\): (?<severity>error|warning) (?<rule>TS\d+): (?<message>.*)$/,
  /^(?<path>\S.*):(?<line>\d+):(?<column>\d+) - (?<severity>error|warning) (?<rule>TS\d+): (?<message>.*)$/,
  /^(?<severity>error|warning) (?<rule>TS\d+): (?<message>.*)$/,
]

/** Every problem that such lines name, wherever they stand; the indented lines below one belong to its message. */
export function parseTsc(text: string, places: Places): Problem[] {
  const problems: Problem[] = []
  let open: Parsed | undefined
  const close = (): void => {
    if (open) problems.push(toProblem(open, places))
    open = undefined
  }
  for (const line of plain(text).split('\n')) {
    const groups = parseLine(line)
    if (groups) {
      close()
      open = { groups, more: [] }
    } else if (open && /^ {2,}\S/.test(line)) open.more.push(line.trim())
    else close()
  }
  close()
  return problems
}

interface Parsed {
  readonly groups: Readonly<Record<string, string | undefined>>
  readonly more: string[]
}

function parseLine(line: string): Parsed['groups'] | undefined {
  if (line.length > LONGEST_LINE || !line.includes(' TS')) return undefined
  return FORMS.map((form) => form.exec(line)?.groups).find((groups) => groups !== undefined)
}

function toProblem({ groups, more }: Parsed, places: Places): Problem {
  const { path, line, column, severity, rule, message = '' } = groups
  const file = path === undefined ? undefined : places.relative(path)
  const whole = [message, ...more].join('\n')
  const isElsewhere = path !== undefined && file === undefined
  return {
    file: file ?? null,
    line: file !== undefined && line !== undefined ? Number(line) : null,
    column: file !== undefined && column !== undefined ? Number(column) : null,
    severity: severity === 'warning' ? 'warning' : 'error',
    message: clip(isElsewhere ? `${path}: ${whole}` : whole, LONGEST_MESSAGE),
    rule: rule ?? null,
  }
}
