import { execFileSync, spawn } from 'node:child_process'
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { CANARY_CONFIG, CANARY_ENV, canariesBelow, canaryIn, filesWithCanaries } from './canaries.ts'

/** The built program, as `npx orch-run` starts it; `ORCH_PROGRAM` names another build of it. */
export const PROGRAM = process.env.ORCH_PROGRAM ?? join(import.meta.dirname, '../../dist/orch-run.js')
const BIN = join(import.meta.dirname, '../../node_modules/.bin')

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  readonly ms: number
}

export interface Start {
  readonly cwd: string
  readonly args: readonly string[]
  /** Added to a small environment; `null` removes a variable. */
  readonly env?: Readonly<Record<string, string | null>>
  readonly stdin?: string
  readonly timeoutMs?: number
  /** Called once with the program's pid. */
  readonly onStart?: (pid: number) => void
}

/** A small environment: what every machine has, a home of its own, secrets that are nobody's business, and nothing of ours. */
export function smallEnv(home: string, more: Readonly<Record<string, string | null>> = {}): Record<string, string> {
  const base: Record<string, string | null> = { PATH: `${BIN}:${process.env.PATH ?? ''}`, HOME: home, CI: 'true', NO_COLOR: '1', ...CANARY_ENV, ...more }
  return Object.fromEntries(Object.entries(base).flatMap(([name, value]) => (value === null ? [] : [[name, value]])))
}

/** Runs the program to its end; kills it when its time is over (then `code` is null). No secret may be in what it says. */
export async function orchRun(start: Start): Promise<Ended> {
  const began = performance.now()
  const child = spawn(process.execPath, [PROGRAM, ...start.args], {
    cwd: start.cwd, env: smallEnv(start.cwd, start.env), stdio: ['pipe', 'pipe', 'pipe'],
  })
  const chunks = { stdout: [] as Buffer[], stderr: [] as Buffer[] }
  child.stdout.on('data', (chunk: Buffer) => chunks.stdout.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => chunks.stderr.push(chunk))
  child.stdin.on('error', () => {})
  child.stdin.end(start.stdin ?? '')
  if (child.pid !== undefined) start.onStart?.(child.pid)
  const timer = setTimeout(() => child.kill('SIGKILL'), start.timeoutMs ?? 60_000)
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  clearTimeout(timer)
  return {
    code, stdout: withoutCanaries('standard output', Buffer.concat(chunks.stdout).toString('utf8')),
    stderr: withoutCanaries('standard error', Buffer.concat(chunks.stderr).toString('utf8')), ms: performance.now() - began,
  }
}

/** What was caught of a program's output; fails the test when a secret stands in it. */
export function withoutCanaries(where: string, text: string): string {
  const found = canaryIn(text)
  if (found !== undefined) throw new Error(`a secret stands in the ${where}: ${found}\n${text.slice(0, 2000)}`)
  return text
}

/** A new folder with these files, links of the temporary folder resolved. Removed by `removeFolders`. */
export function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'orch-run-test-')))
  made.set(folder, new Map(Object.entries(files)))
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  return folder
}

/** The folders of the tests, with what they wrote into them. */
const made = new Map<string, Map<string, string>>()

/** Tells that a test itself puts a secret there, or has it put there. */
export function holdsSecret(folder: string, path: string, text: string): void {
  made.get(folder)?.set(path, text)
}

/** The same of all that a test has put there so far. */
export function holdsSecrets(folder: string): void {
  for (const [path, text] of filesWithCanaries(folder)) holdsSecret(folder, path, text)
}

/** Removes the folders of the tests. Whatever runs have left in them, in files and in the objects of git, holds no secret. */
export function removeFolders(): void {
  const found = [...made].flatMap(([folder, given]) => (existsSync(folder) ? canariesBelow(folder, given) : []))
  for (const folder of made.keys()) rmSync(folder, { recursive: true, force: true })
  made.clear()
  if (found.length > 0) throw new Error(`secrets stand in what was left:\n${found.join('\n')}`)
}

/** The same as a git repository with one commit on `main`. */
export function repositoryWith(files: Readonly<Record<string, string>>): string {
  const folder = folderWith(files)
  git(folder, 'init', '-q', '-b', 'main')
  git(folder, 'config', 'user.name', 'Test')
  git(folder, 'config', 'user.email', 'test@example.test')
  appendFileSync(join(folder, '.git/config'), CANARY_CONFIG)
  git(folder, 'add', '-A')
  git(folder, 'commit', '-q', '--allow-empty', '-m', 'first')
  return folder
}

export function git(cwd: string, ...args: string[]): string {
  const env = { PATH: process.env.PATH ?? '', HOME: cwd, GIT_CONFIG_NOSYSTEM: '1' }
  return execFileSync('git', args, { cwd, env, encoding: 'utf8' })
}
