import { dirname, resolve } from 'node:path'
import { detectChecks } from '../check/detect.ts'
import type { Ports, Repository } from '../base/ports.ts'
import { checksNamed, usedAgents } from '../pipeline/involved.ts'
import type { CheckSpec } from '../pipeline/check-spec.ts'
import type { AgentSpec, Pipeline, ProviderSpec } from '../pipeline/pipeline.ts'
import { grantedServers } from '../pipeline/tool-servers.ts'
import { findPrice } from '../provider/prices.ts'
import type { BaseState } from '../run/event.ts'
import { resolveBase } from '../workspace/base.ts'
import { EXIT } from './exit-code.ts'
import type { RunOptions } from './run-options.ts'
import { Stop } from './stop.ts'

/** What was found out about the place before the first step. */
export interface Readiness {
  readonly repository: Repository | undefined
  readonly base: BaseState | null
  readonly checks: ReadonlyMap<string, CheckSpec>
  /** Of the pipelines that are called, by file. */
  readonly childChecks: ReadonlyMap<string, ReadonlyMap<string, CheckSpec>>
}

type Options = Pick<RunOptions, 'record' | 'replay' | 'stateDir'> & { readonly run: string }

/** Checks everything that can be known before the first step; throws `Stop` for what is missing. */
export async function preflight(ports: Ports, pipeline: Pipeline, options: Options, env: Readonly<Record<string, string>>, cwd: string): Promise<Readiness> {
  const checks = await findOwn(ports, pipeline, options, env, cwd)
  const childChecks = new Map<string, ReadonlyMap<string, CheckSpec>>()
  for (const [file, child] of pipeline.children) childChecks.set(file, await findOwn(ports, child, options, env, cwd))
  const { repository, base } = await findBase(ports, pipeline, options, cwd)
  await refuseWithoutForge(ports, pipeline, repository, env)
  return { repository, base, checks, childChecks }
}

/** A delivery that goes to GitHub for sure: one with a condition may never come. */
async function refuseWithoutForge(ports: Ports, pipeline: Pipeline, repository: Repository | undefined, env: Readonly<Record<string, string>>): Promise<void> {
  const goesThere = [...pipeline.steps.values()].some((step) => step.kind === 'deliver' && step.if === undefined && (step.pullRequest !== undefined || step.comment !== undefined))
  if (!goesThere) return
  const { findForge } = await import('./find-forge.ts')
  const found = await findForge(ports.git, repository, env)
  if ('missing' in found) throw new Stop(EXIT.notReady, `${found.message}, and a step delivers to it`, found.help)
}

/** What one pipeline needs, without those that it calls; the answer is its checks. */
async function findOwn(ports: Ports, pipeline: Pipeline, options: Options, env: Readonly<Record<string, string>>, cwd: string): Promise<Map<string, CheckSpec>> {
  const checks = await findChecks(ports, pipeline, cwd)
  await findShells(ports, pipeline, env)
  const used = usedAgents(pipeline)
  await findPrograms(ports, used, env)
  await findToolServers(ports, pipeline, used, env)
  refuseTapes(used, options)
  const agents = used.filter((agent) => agent.executor !== 'command')
  refuseUnpriced(pipeline, agents)
  await findCredentials(ports, pipeline, agents, options, env, cwd)
  return checks
}

/** Declared checks, and for `types`, `lint` and `tests` that steps name without declaring them those of the project. */
async function findChecks(ports: Ports, pipeline: Pipeline, cwd: string): Promise<Map<string, CheckSpec>> {
  const checks = new Map(pipeline.checks)
  const named = [...pipeline.steps.values()].flatMap(checksNamed)
  const missing = [...new Set(named)].filter((name) => !checks.has(name))
  if (missing.length === 0) return checks
  const detected = await detectChecks(ports.files, cwd)
  for (const name of missing) {
    const found = detected.get(name as 'types' | 'lint' | 'tests')
    if (!found) {
      throw new Stop(EXIT.invalid, `the check \`${name}\` is neither declared nor detected in this project`, `declare it under \`checks\`, with what it runs`)
    }
    checks.set(name, {
      name, kind: name as CheckSpec['kind'], run: found.script, timeoutMs: undefined, gate: 'block', report: found.report,
      expect: { exitCode: 0, stdoutMatches: undefined, stderrMatches: undefined, notMatches: undefined },
    })
  }
  return checks
}

async function findShells(ports: Ports, pipeline: Pipeline, env: Readonly<Record<string, string>>): Promise<void> {
  const shells = new Set([...pipeline.steps.values()].flatMap((step) => (step.kind === 'run' ? [step.shell.trim().split(/\s+/)[0] ?? ''] : [])))
  if (pipeline.checks.size > 0 || pipeline.workspace.setup !== undefined) shells.add('bash')
  for (const shell of shells) {
    if (shell.includes('/') || (await ports.processes.find(shell, env.PATH)) !== undefined) continue
    throw new Stop(EXIT.notReady, `the program \`${shell}\` is not on the PATH`, 'install it, or name another one by `shell`')
  }
}

/** A program with a slash lies in the worktree or where it says; all others must be on the PATH. */
async function findPrograms(ports: Ports, agents: readonly AgentSpec[], env: Readonly<Record<string, string>>): Promise<void> {
  const { EXECUTORS } = agents.some(isProgram) ? await import('../agent/executors.ts') : { EXECUTORS: undefined }
  for (const { name, executor, command: [own] } of agents) {
    const known = EXECUTORS?.get(executor)
    const program = known?.program ?? own
    if (program === undefined || program.includes('/') || (await ports.processes.find(program, env.PATH)) !== undefined) continue
    throw new Stop(EXIT.notReady, `the program \`${program}\` of the agent \`${name}\` is not on the PATH`, known ? `install it: ${known.install}` : 'install it')
  }
}

async function findToolServers(ports: Ports, pipeline: Pipeline, agents: readonly AgentSpec[], env: Readonly<Record<string, string>>): Promise<void> {
  for (const { server } of agents.flatMap((agent) => grantedServers(pipeline, agent))) {
    const program = 'command' in server ? server.command[0] : undefined
    if (program === undefined || program.includes('/') || (await ports.processes.find(program, env.PATH)) !== undefined) continue
    throw new Stop(EXIT.notReady, `the program \`${program}\` of the tool server \`${server.name}\` is not on the PATH`, 'install it, or look at its `command`')
  }
}

function isProgram({ executor }: AgentSpec): boolean {
  return executor !== 'llm' && executor !== 'command'
}

/** What a program asks its model depends on its version, its files and the time: a recording of it would fit no other run. */
function refuseTapes(agents: readonly AgentSpec[], { record, replay }: Options): void {
  const agent = agents.find(isProgram)
  if (!agent || (record === undefined && replay === undefined)) return
  const option = record === undefined ? '--replay' : '--record'
  throw new Stop(EXIT.invalid, `the agent \`${agent.name}\` runs \`${agent.executor}\`, and what a program does can be neither recorded nor replayed`, `leave \`${option}\` out, or give the agent \`executor: llm\``)
}

function refuseUnpriced(pipeline: Pipeline, agents: readonly AgentSpec[]): void {
  for (const name of agents.flatMap((agent) => agent.candidates)) {
    const provider = pipeline.providers.get(name.provider)
    if (!provider || findPrice(provider, name.model) !== undefined) continue
    throw new Stop(
      EXIT.invalid, `the price of \`${name.provider}/${name.model}\` is not known, so its cost could not be bounded`,
      `give it under \`providers.${name.provider}.prices\`, or say \`free\``,
    )
  }
}

async function findCredentials(
  ports: Ports, pipeline: Pipeline, agents: readonly AgentSpec[], options: Options, env: Readonly<Record<string, string>>, cwd: string,
): Promise<void> {
  if (options.replay !== undefined) return findRecording(ports, resolve(cwd, options.replay))
  const used = new Set(agents.flatMap((agent) => [agent.provider, ...agent.candidates.map((name) => name.provider)]))
  for (const provider of [...pipeline.providers.values()].filter(({ name }) => used.has(name))) {
    if (provider.recording !== undefined) await findRecording(ports, resolve(dirname(resolve(cwd, pipeline.file)), provider.recording))
    else checkKey(provider, env)
  }
}

async function findRecording(ports: Ports, folder: string): Promise<void> {
  const stat = await ports.files.stat(folder)
  if (stat?.kind !== 'folder') throw new Stop(EXIT.notReady, `there is no recording in \`${folder}\``, 'make one by `--record DIR`')
}

function checkKey(provider: ProviderSpec, env: Readonly<Record<string, string>>): void {
  const name = provider.apiKeyEnv
  if (name === undefined) return
  const key = Object.hasOwn(env, name) ? (env[name] ?? '') : ''
  if (key === '') throw new Stop(EXIT.notReady, `the key of the provider \`${provider.name}\` is not set`, `set the environment variable ${name}`)
  // A header cannot hold them, and a client's complaint about it would quote the key.
  if (!/^[\x21-\x7e]+$/.test(key)) {
    throw new Stop(EXIT.notReady, `the key of the provider \`${provider.name}\` has a blank, a line break or another character that no key has`, `look at how ${name} is set`)
  }
}

/** The repository and the base commit; they must be there only when a step works in a worktree. */
async function findBase(ports: Ports, pipeline: Pipeline, options: Options, cwd: string): Promise<{ repository: Repository | undefined; base: BaseState | null }> {
  const needed = [pipeline, ...pipeline.children.values()].flatMap((one) => [...one.steps.values()]).some((step) => step.workspace === 'worktree' || step.kind === 'agent' || step.kind === 'merge' || step.kind === 'tasks' || step.kind === 'deliver')
  const settings = { run: options.run, checkout: cwd, base: pipeline.workspace.base, stateDir: resolve(cwd, options.stateDir) }
  if (!needed && !(await insideRepository(ports, cwd))) return { repository: undefined, base: null }
  const resolved = await resolveBase(ports, settings)
  if (resolved.ok) {
    const { repository, ...base } = resolved.value
    return { repository, base }
  }
  if (!needed && resolved.error.code !== 'unknown-base') return { repository: undefined, base: null }
  throw new Stop(EXIT.notReady, needed ? `${resolved.error.message}, and a step works in a worktree` : resolved.error.message, resolved.error.help)
}

/** Whether it is worth asking git at all: asking costs as much as everything else before the first step. */
async function insideRepository(ports: Ports, folder: string): Promise<boolean> {
  if ((await ports.files.stat(resolve(folder, '.git'))) !== undefined) return true
  const parent = dirname(folder)
  return parent !== folder && insideRepository(ports, parent)
}
