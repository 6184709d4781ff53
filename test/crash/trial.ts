import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { git } from '../rig/program.ts'
import type { Report } from '../rig/report.ts'
import { acknowledged, essence, invoice, journalOf, launch, newScene } from './scene.ts'
import type { Launch, Scene } from './scene.ts'

/** The undisturbed run, which every disturbed one must come to. */
export interface Model {
  readonly essence: string
  /** How long it took, in milliseconds. */
  readonly ms: number
}

export async function undisturbed(): Promise<Model> {
  const scene = await newScene()
  const ended = await launch(scene, { args: ['p.yml', '--run-id', 'r1', '--json'] })
  await scene.provider.close()
  if (ended.code !== 0) throw new Error(ended.stderr)
  return { essence: JSON.stringify(essence(JSON.parse(ended.stdout) as Report)), ms: ended.ms }
}

export interface Trial {
  /** `before`: nothing of the run was there yet; `within`: it had begun; `after`: it had ended. */
  readonly kind: 'before' | 'within' | 'after'
  /** What ended the disturbed run; null: it was not disturbed. */
  readonly signal: string | null
  readonly wrong: readonly string[]
}

/** Disturbs a run in the way that `start` says, resumes it, and tells everything that is not as promised. */
export async function tryKill(model: Model, start: Omit<Launch, 'args'>): Promise<Trial> {
  const scene = await newScene()
  const killed = await launch(scene, { args: ['p.yml', '--run-id', 'r1', '--json'], ...start })
  const trial = await judgeResumed(model, scene)
  await scene.provider.close()
  return { ...trial, signal: killed.signal ?? (killed.code === 137 ? 'SIGKILL' : null) }
}

/**
 * Resumes what is left of a run and compares. `calls`: how many had come to the provider when the state was as it is found; those
 * that came later, before the resume, are of a process that was gone by then in the world of the trial.
 */
export async function judgeResumed(model: Model, scene: Scene, calls = scene.provider.log.length): Promise<Omit<Trial, 'signal'>> {
  const wrong: string[] = []
  const is = (right: boolean, words: string): void => void (right || wrong.push(words))
  const kept = acknowledged(scene.state)
  const events = journalOf(scene.state)
  const open = openCalls(events)
  const logBefore = linesOf(scene.log)
  const callsBefore = scene.provider.log.length
  const reported = join(scene.state, 'runs/r1/report.json')
  is(!existsSync(reported) || isJson(readFileSync(reported, 'utf8')), 'the report is cut')
  let resumed = await launch(scene, { args: ['resume', 'r1', '--json'] })
  const neverBegan = resumed.code === 2
  if (neverBegan) is(events.length === 0, `there is a journal, and yet: ${resumed.stderr}`)
  if (neverBegan) resumed = await launch(scene, { args: ['p.yml', '--run-id', 'r1', '--json'] })
  if (resumed.code !== 0) return { kind: 'within', wrong: [...wrong, `the resume ended with ${resumed.code ?? resumed.signal}: ${resumed.stderr}`] }
  const report = JSON.parse(resumed.stdout) as Report
  is(JSON.stringify(essence(report)) === model.essence, `it came to ${JSON.stringify(essence(report))}`)
  const logAfter = linesOf(scene.log)
  for (const node of ['first', 'last']) if (kept.includes(node)) is(count(logAfter, node) === count(logBefore, node), `\`${node}\` ran again`)
  if (kept.includes('fix')) is(scene.provider.log.length === callsBefore, '`fix` was paid again')
  const real = [...scene.provider.log.slice(0, calls), ...scene.provider.log.slice(callsBefore)]
  is((report.totals['cost_usd'] ?? 0) >= invoice(real) - 1e-12, `it tells ${report.totals['cost_usd']} USD of ${invoice(real)}`)
  const starts = journalOf(scene.state).filter(({ type }) => type === 'call-reserved').length
  is(real.length <= starts, `${real.length} calls came of ${starts} starts`)
  const marked = report.exceptions.filter(({ code }) => code === 'interrupted').length
  is(open === 0 || marked > 0, `${open} interrupted calls are not marked`)
  wrong.push(...leftovers(scene))
  return { kind: neverBegan ? 'before' : events.some(({ type }) => type === 'run-finished') ? 'after' : 'within', wrong }
}

function isJson(text: string): boolean {
  try {
    return typeof JSON.parse(text) === 'object'
  } catch {
    return false
  }
}

/** Calls that were reserved and never settled. */
function openCalls(events: ReturnType<typeof journalOf>): number {
  return events.filter(({ type }) => type === 'call-reserved').length - events.filter(({ type }) => type === 'call-settled').length
}

const KNOWN = /^(\.gitignore|runs|runs\/r1|runs\/r1\/(journal\.ndjson|snapshot\.json|pipeline\.yml|report\.json|steps|steps\/.*)|worktrees|days|days\/[\d-]+\.ndjson)$/

/** What must not be there any more when a run has ended. */
export function leftovers({ state, folder, log }: Pick<Scene, 'state' | 'folder' | 'log'>): string[] {
  const strange = readdirSync(state, { recursive: true, encoding: 'utf8' }).filter((path) => !KNOWN.test(path) || /\.tmp\.|\.lock/.test(path))
  const locks = readdirSync(join(folder, '.git'), { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.lock'))
  const wrong = [...strange.map((path) => `${path} is left`), ...locks.map((path) => `.git/${path} is left`)]
  if (git(folder, 'status', '--porcelain') !== '') wrong.push('the checkout is dirty')
  try { git(folder, 'fsck', '--strict', '--no-progress') } catch (error) { wrong.push(`git fsck: ${String(error)}`) }
  return [...wrong, ...processesWith(log).map((pid) => `the process ${pid} lives`)]
}

/** Living processes that were given this text in their environment. */
export function processesWith(text: string): number[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number).filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/environ`, 'latin1').includes(text)
    } catch {
      return false
    }
  })
}

function linesOf(path: string): string[] {
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n') : []
}

function count(lines: readonly string[], line: string): number {
  return lines.filter((one) => one === line).length
}

