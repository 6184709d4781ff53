import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

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

/** A small environment: what every machine has, a home of its own, and nothing of ours. */
export function smallEnv(home: string, more: Readonly<Record<string, string | null>> = {}): Record<string, string> {
  const base: Record<string, string | null> = { PATH: `${BIN}:${process.env.PATH ?? ''}`, HOME: home, CI: 'true', NO_COLOR: '1', ...more }
  return Object.fromEntries(Object.entries(base).flatMap(([name, value]) => (value === null ? [] : [[name, value]])))
}

/** Runs the program to its end; kills it when its time is over (then `code` is null). */
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
    code, stdout: Buffer.concat(chunks.stdout).toString('utf8'), stderr: Buffer.concat(chunks.stderr).toString('utf8'),
    ms: performance.now() - began,
  }
}

/** A new folder with these files, links of the temporary folder resolved. Removed by `removeFolders`. */
export function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'orch-run-test-')))
  made.push(folder)
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  return folder
}

const made: string[] = []

export function removeFolders(): void {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true })
}

/** The same as a git repository with one commit on `main`. */
export function repositoryWith(files: Readonly<Record<string, string>>): string {
  const folder = folderWith(files)
  git(folder, 'init', '-q', '-b', 'main')
  git(folder, 'config', 'user.name', 'Test')
  git(folder, 'config', 'user.email', 'test@example.test')
  git(folder, 'add', '-A')
  git(folder, 'commit', '-q', '--allow-empty', '-m', 'first')
  return folder
}

export function git(cwd: string, ...args: string[]): string {
  const env = { PATH: process.env.PATH ?? '', HOME: cwd, GIT_CONFIG_NOSYSTEM: '1' }
  return execFileSync('git', args, { cwd, env, encoding: 'utf8' })
}
