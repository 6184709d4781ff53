import { spawn } from 'node:child_process'
import { cpSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PROGRAM, folderWith, repositoryWith, smallEnv, withoutCanaries } from '../rig/program.ts'
import type { Ended } from '../rig/program.ts'
import type { Report } from '../rig/report.ts'
import { outputsOf, statuses } from '../rig/report.ts'
import { startSimulator } from '../simulator/simulator.ts'
import type { Simulator } from '../simulator/simulator.ts'

/** Prices of the one model, in USD per million tokens, and what each call uses. */
const PRICE = { input: 3, output: 15 }
const USAGE = { input: 1000, output: 100 }

/** A small run of every kind that matters here: scripts, an agent with a worktree and a commit, its check, a check as a step. */
function pipeline(baseUrl: string, log: string): string {
  return `
providers: { sim: { type: anthropic, base_url: ${baseUrl}, prices: { m: { input: ${PRICE.input}, output: ${PRICE.output} } } } }
agents: { dev: { model: sim/m, tools: [files], permissions: full, max_output_tokens: 1000 } }
env: { LOG: ${log} }
checks:
  fixed: { kind: custom, run: 'grep -qx fixed a.txt' }
steps:
  first: { run: 'echo first >> "$LOG"; echo v=1 >> "$ORCH_OUTPUT"' }
  fix: { needs: first, agent: dev, prompt: 'Mend \${{ steps.first.outputs.v }}.', verify: [fixed] }
  proved: { needs: fix, check: [fixed] }
  last: { needs: [fix, proved], run: 'echo last >> "$LOG"; echo "v=$(cat a.txt)" >> "$ORCH_OUTPUT"' }
outputs: { v: "\${{ steps.last.outputs.v }}" }
`
}

/** Says what the agent does: it writes one file, and then it is done. */
export async function startProvider(): Promise<Simulator> {
  return startSimulator({
    answer: ({ answers }) => answers === 0
      ? { calls: [{ id: 'c1', name: 'write_file', input: { path: 'a.txt', content: 'fixed\n' } }], usage: USAGE }
      : { text: 'done', usage: USAGE },
  })
}

export interface Scene {
  readonly provider: Simulator
  readonly folder: string
  readonly state: string
  readonly log: string
}

/** A repository with the small pipeline, and a provider of its own. The state lies in the repository unless another place is named. */
export async function newScene(state?: string): Promise<Scene> {
  const provider = await startProvider()
  const log = join(folderWith({}), 'log')
  const folder = repositoryWith({ 'a.txt': 'broken\n', 'p.yml': pipeline(provider.baseUrl.messages, log) })
  return { provider, folder, state: state ?? join(folder, '.orch-run'), log }
}

/** The same below another folder; what the scripts tell of themselves stays outside. */
export async function newSceneAt(place: string): Promise<Scene> {
  const scene = await newScene()
  const folder = join(place, 'repository')
  cpSync(scene.folder, folder, { recursive: true })
  return { ...scene, folder, state: join(folder, '.orch-run') }
}

export interface Launch {
  readonly args: readonly string[]
  /** A program and its arguments that start ours. */
  readonly under?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly onStart?: (pid: number) => void
  readonly timeoutMs?: number
}

/** Runs the program in a scene; `signal` is what ended it. */
export async function launch(scene: Pick<Scene, 'folder' | 'state'>, start: Launch): Promise<Ended & { signal: string | null }> {
  const [program = '', ...args]: readonly string[] = [...(start.under ?? []), process.execPath, PROGRAM, ...start.args, '--state-dir', scene.state]
  const began = performance.now()
  const child = spawn(program, args, {
    cwd: scene.folder, stdio: ['ignore', 'pipe', 'pipe'],
    env: smallEnv(scene.folder, { ANTHROPIC_API_KEY: 'canary-key-of-nobody', UV_THREADPOOL_SIZE: '1', ...start.env }),
  })
  const out: Buffer[] = []
  const err: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
  if (child.pid !== undefined) start.onStart?.(child.pid)
  const timer = setTimeout(() => child.kill('SIGKILL'), start.timeoutMs ?? 60_000)
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve, reject) => child.on('error', reject).on('exit', (...end) => resolve(end)))
  clearTimeout(timer)
  child.stdout.destroy()
  child.stderr.destroy()
  return { code, signal, stdout: withoutCanaries('standard output', Buffer.concat(out).toString('utf8')), stderr: withoutCanaries('standard error', Buffer.concat(err).toString('utf8')), ms: performance.now() - began }
}

interface Line {
  readonly type: string
  readonly node?: string
  readonly status?: string
}

/** Events of a journal whose lines are whole. */
export function journalOf(state: string, run = 'r1'): Line[] {
  const path = join(state, 'runs', run, 'journal.ndjson')
  if (!existsSync(path)) return []
  return readFileSync(path, 'utf8').split('\n').slice(0, -1).map((line) => JSON.parse(line) as Line)
}

/** Nodes of which the journal says that they have passed. */
export function acknowledged(state: string): string[] {
  return journalOf(state).flatMap((event) => (event.type === 'attempt-ended' && event.status === 'passed' ? [event.node ?? ''] : []))
}

/** What must be the same, however often the run was disturbed. */
export function essence(report: Report): unknown {
  return [report.run.status, report.run.outputs, statuses(report), outputsOf(report), report.steps.map(({ files_changed }) => files_changed)]
}

/** What the provider charges for calls, in USD. */
export function invoice(calls: Simulator['log']): number {
  return calls.reduce((sum, { billed }) => sum + (billed.input * PRICE.input + billed.output * PRICE.output) / 1e6, 0)
}
