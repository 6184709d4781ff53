import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { PROGRAM, folderWith, holdsSecrets, orchRun, repositoryWith, smallEnv } from './program.ts'
import type { Ended } from './program.ts'

/** One bad input and what must happen; the fields are described in `test/corpus/README.md`. */
export interface Case {
  readonly id: string
  readonly kind: string
  readonly describe: string
  readonly files?: Readonly<Record<string, string>>
  readonly git?: boolean
  readonly build?: string
  readonly cwd?: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string | null>>
  readonly stdin?: string
  readonly signal?: { readonly when_file: string; readonly name: 'SIGINT' | 'SIGTERM'; readonly times?: number; readonly every_seconds?: number; readonly within_seconds?: number }
  readonly requires?: readonly string[]
  readonly needs_run: boolean
  readonly expect: Expectation
}

interface Finding {
  readonly line?: number | readonly number[]
  readonly column?: number | readonly number[]
  readonly file?: string | readonly string[]
  readonly any_of?: readonly string[]
  readonly all_of?: readonly string[]
  readonly suggest?: string
  readonly code?: string
  readonly severity?: string
}

interface Expectation extends Finding {
  readonly exit: number | readonly number[]
  readonly also?: readonly Finding[]
  readonly absent_files?: readonly string[]
  readonly present_files?: Readonly<Record<string, string | null>>
  readonly absent_text?: readonly string[]
  readonly absent_in_files?: readonly string[]
  readonly absent_processes?: readonly string[]
  readonly no_workflow_commands?: readonly string[]
  readonly stdout_json?: boolean
  readonly stdout_json_or_empty?: boolean
  readonly report?: Readonly<Record<string, unknown>>
  readonly after?: string
  readonly after_seconds?: number
  readonly max_seconds?: number
}

/** Builds the case's folder, runs the program in it, and tells everything that is not as expected. */
export async function tryCase(test: Case): Promise<string[]> {
  const dir = buildCase(test)
  const cwd = test.cwd === undefined ? dir : join(dir, test.cwd)
  const env = Object.fromEntries(Object.entries(test.env ?? {}).map(([name, value]) => [name, value === null ? null : fill(value, dir)]))
  const limit = (test.expect.max_seconds ?? (test.needs_run ? 60 : 20)) * 1000
  const signals = watchForSignal(test, cwd)
  const ended = await orchRun({
    cwd, args: test.args.map((arg) => fill(arg, dir)), env: { HOME: dir, ...env }, timeoutMs: limit, onStart: signals.begin, ...(test.stdin === undefined ? {} : { stdin: test.stdin }),
  })
  const late = signals.end()
  const wait = test.expect.absent_processes ? Math.max(0.5, test.expect.after_seconds ?? 0) : (test.expect.after_seconds ?? 0)
  if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait * 1000))
  return [...late, ...judge(test, ended, cwd, dir)]
}

/** The folder of a case, as its run finds it. */
export function buildCase(test: Pick<Case, 'files' | 'git' | 'build'>): string {
  const dir = test.git === true ? repositoryWith(test.files ?? {}) : folderWith(test.files ?? {})
  if (test.build !== undefined) {
    shell(test.build, dir, dir)
    holdsSecrets(dir)
  }
  return dir
}

export function fill(text: string, dir: string): string {
  return text.replaceAll('{dir}', dir).replaceAll('{path}', process.env.PATH ?? '')
}

function shell(script: string, cwd: string, home: string): void {
  execFileSync('bash', ['-euo', 'pipefail', '-c', script], { cwd, env: { ...smallEnv(home), ORCH_RUN: `${process.execPath} ${PROGRAM}` }, stdio: 'ignore' })
}

/** Sends the case's signal to the program alone once its file is there; tells when it took too long to end. */
function watchForSignal(test: Case, cwd: string): { begin(this: void, pid: number): void; end(): string[] } {
  const { signal } = test
  let sent: number | undefined
  let timer: NodeJS.Timeout | undefined
  let left = signal?.times ?? 1
  return {
    begin(pid) {
      if (!signal) return
      const every = (signal.every_seconds ?? 0.2) * 1000
      let next = 0
      timer = setInterval(() => {
        if (!existsSync(join(cwd, signal.when_file)) || performance.now() < next || left === 0) return
        sent ??= performance.now()
        next = performance.now() + every
        left -= 1
        try { process.kill(pid, signal.name) } catch { left = 0 }
      }, 20)
    },
    end() {
      clearInterval(timer)
      if (!signal) return []
      if (sent === undefined) return ['the signal was never sent']
      const seconds = (performance.now() - sent) / 1000
      return signal.within_seconds !== undefined && seconds > signal.within_seconds ? [`it ended ${seconds.toFixed(1)} s after the signal`] : []
    },
  }
}

function judge(test: Case, ended: Ended, cwd: string, dir: string): string[] {
  const { expect } = test
  const both = `${ended.stdout}\n${ended.stderr}`
  const wrong: string[] = []
  const exits = list(expect.exit)
  if (ended.code === null || !exits.includes(ended.code)) wrong.push(`exit code ${ended.code}, expected ${exits.join(' or ')}: ${both.slice(0, 600)}`)
  if (/^\s+at .+ \(.+:\d+:\d+\)$/m.test(both)) wrong.push('there is a stack trace')
  wrong.push(...judgeFindings(test, ended, both))
  for (const path of expect.absent_files ?? []) if (existsSync(join(cwd, path))) wrong.push(`${path} exists`)
  for (const [path, text] of Object.entries(expect.present_files ?? {})) {
    if (!existsSync(join(cwd, path))) wrong.push(`${path} does not exist: ${both.slice(0, 400)}`)
    else if (text !== null && readFileSync(join(cwd, path), 'utf8') !== text) wrong.push(`${path} holds ${JSON.stringify(readFileSync(join(cwd, path), 'utf8').slice(0, 200))}`)
  }
  for (const text of expect.absent_text ?? []) if (both.includes(text)) wrong.push(`the output holds ${JSON.stringify(text)}`)
  for (const text of expect.absent_in_files ?? []) for (const file of filesBelow(dir)) if (readFileSync(file).includes(text)) wrong.push(`${relative(dir, file)} holds ${text}`)
  for (const line of expect.absent_processes ?? []) if (spawnSync('pgrep', ['-fx', line]).status === 0) wrong.push(`the process \`${line}\` lives`)
  if (expect.no_workflow_commands) wrong.push(...workflowCommands(both, expect.no_workflow_commands))
  if (expect.stdout_json === true || (expect.stdout_json_or_empty === true && ended.stdout !== '')) if (parse(ended.stdout) === undefined) wrong.push('standard output is no JSON')
  wrong.push(...judgeReport(expect, ended.stdout))
  if (expect.after !== undefined) {
    try { shell(expect.after, cwd, dir) } catch { wrong.push(`afterwards this fails: ${expect.after}; ${both.slice(0, 600)}`) }
  }
  return wrong
}

interface Told {
  readonly code: string
  readonly severity: string
  readonly message: string
  readonly help?: string
  readonly file: string
  readonly line: number
  readonly column: number
  readonly related?: readonly { readonly message: string }[]
}

function judgeFindings(test: Case, ended: Ended, both: string): string[] {
  const { expect } = test
  if (ended.code === 0 && expect.severity === undefined) return []
  const isJson = test.args[0] === 'validate' && test.args.includes('json')
  if (!isJson) return textMisses(expect, both).map((miss) => `the output lacks ${miss}: ${both.slice(0, 600)}`)
  const told = (parse(ended.stdout) ?? []) as Told[]
  const file = test.args.find((arg) => arg.endsWith('.yml')) ?? 'pipeline.yml'
  const wanted = [expect, ...(expect.also ?? [])].filter((finding) => Object.keys(finding).some((key) => ['line', 'any_of', 'all_of', 'suggest', 'code'].includes(key)))
  return wanted.filter((finding) => !told.some((item) => fits(item, { file, ...finding }))).map((finding) => `no diagnostic fits ${JSON.stringify(finding)}: ${JSON.stringify(told).slice(0, 900)}`)
}

function fits(told: Told, finding: Finding): boolean {
  const text = [told.message, told.help ?? ''].join('\n')
  const wide = [text, ...(told.related ?? []).map((related) => related.message)].join('\n').toLowerCase()
  if (finding.line !== undefined && !list(finding.line).includes(told.line)) return false
  if (finding.column !== undefined && !list(finding.column).includes(told.column)) return false
  if (finding.file !== undefined && !list(finding.file).includes(told.file)) return false
  if (finding.code !== undefined && finding.code !== told.code) return false
  if (finding.severity !== 'any' && told.severity !== (finding.severity ?? 'error')) return false
  if (finding.any_of && !finding.any_of.some((part) => text.toLowerCase().includes(part))) return false
  if (finding.all_of && !finding.all_of.every((part) => wide.includes(part.toLowerCase()))) return false
  return finding.suggest === undefined || text.includes(finding.suggest)
}

function textMisses(finding: Finding, both: string): string[] {
  const text = both.toLowerCase()
  const misses = (finding.all_of ?? []).filter((part) => !text.includes(part.toLowerCase()))
  if (finding.any_of && !finding.any_of.some((part) => text.includes(part))) misses.push(`any of ${finding.any_of.join(', ')}`)
  if (finding.suggest !== undefined && !both.includes(finding.suggest)) misses.push(finding.suggest)
  return misses
}

function judgeReport(expect: Expectation, stdout: string): string[] {
  return Object.entries(expect.report ?? {}).flatMap(([path, value]) => {
    let at: unknown = parse(stdout)
    for (const part of path.split('.')) {
      at = Array.isArray(at) ? at.find((item: { id?: unknown }) => item.id === part) : (at as Record<string, unknown> | undefined)?.[part]
    }
    return JSON.stringify(at) === JSON.stringify(value) ? [] : [`the report's ${path} is ${JSON.stringify(at)}`]
  })
}

/** Lines that GitHub would take for commands, unless they stand between `::stop-commands::` and its mark. */
function workflowCommands(text: string, names: readonly string[]): string[] {
  let mark: string | undefined
  return text.split(/\r\n|\r|\n/).flatMap((line) => {
    const [, command, rest] = /^\s*::([\w-]+)[^:]*::(.*)$/.exec(line) ?? []
    if (mark !== undefined) {
      if (command === mark) mark = undefined
      return []
    }
    if (command === 'stop-commands' && rest !== undefined && rest.length >= 16) {
      mark = rest
      return []
    }
    return (command !== undefined && names.includes(command)) || /^\s*##\[/.test(line) ? [`a line is a workflow command: ${line}`] : []
  })
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return filesBelow(path)
    return entry.isFile() && statSync(path).size < 50_000_000 ? [path] : []
  })
}

function list<T>(value: T | readonly T[]): readonly T[] {
  return Array.isArray(value) ? (value as readonly T[]) : [value as T]
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
