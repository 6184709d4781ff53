import { err, ok } from '../base/result.ts'
import type { Result } from '../base/result.ts'
import type { AgentSpec } from '../pipeline/pipeline.ts'
import type { AttemptIo } from '../run/contract.ts'
import type { Failure } from '../run/failure.ts'
import { ownedFiles } from '../sandbox/owned-files.ts'
import type { Isolation, Sandbox, Service } from '../sandbox/sandbox.ts'
import type { StepWorld } from './world.ts'
import type { Worktree } from './worktree.ts'

/** The sandboxes of an attempt in its worktree: each is opened when something is first to run in it, and ends with the attempt. */
export interface Enclosures {
  /** For an agent. `services` are what it may reach; a second call gives the same one. */
  forAgent(agent: AgentSpec, services?: readonly Service[]): Promise<Result<Enclosed, Failure>>
  /** For checks of what agents wrote: apart from what the agent left in its temporary folders. */
  forChecks(): Promise<Result<Enclosed, Failure>>
  /** How well the agent was locked in; undefined before it was. */
  isolation(): Promise<Isolation | undefined>
  close(): Promise<void>
}

/** What is done in a sandbox, by its programs and by our own tools on their behalf. */
export interface Enclosed {
  readonly sandbox: Sandbox
  /** Ports whose programs start inside, and whose files belong to who runs there. */
  readonly ports: StepWorld['ports']
}

interface Rules {
  readonly mode: 'auto' | 'require' | 'off'
  readonly allowHosts: readonly string[]
  readonly visible: readonly string[]
  readonly services: readonly Service[]
}

/** `agent`: whose work the checks of this step judge; undefined where it may be anybody's of the pipeline. */
export function createEnclosures(world: StepWorld, io: AttemptIo, worktree: Worktree, agent: AgentSpec | undefined): Enclosures {
  const opened = new Map<string, Promise<Result<Enclosed, Failure>>>()
  const once = async (name: string, rules: Rules): Promise<Result<Enclosed, Failure>> => {
    const found = opened.get(name) ?? enclose(world, io, worktree, rules)
    opened.set(name, found)
    return found
  }
  return {
    forAgent: async ({ sandbox, allowHosts, command }, services = []) => once('agent', { mode: sandbox, allowHosts, services, visible: command.filter((word) => word.startsWith('/')) }),
    async forChecks() {
      const enclosed = await once('checks', { ...checkRules(agent ? [agent] : [...world.pipeline.agents.values()]), visible: [], services: [] })
      if (!enclosed.ok || !enclosed.value.sandbox.owner) return enclosed
      // What our tools have written since belongs to us.
      const lent = await worktree.workspaces.lend(worktree.workspace, enclosed.value.sandbox.owner)
      return lent.ok ? enclosed : err({ code: 'workspace-failed', message: lent.error.message })
    },
    async isolation() {
      const enclosed = await opened.get('agent')
      return enclosed?.ok === true ? enclosed.value.sandbox.isolation : undefined
    },
    async close() {
      for (const one of opened.values()) {
        const enclosed = await one
        if (enclosed.ok) await enclosed.value.sandbox.close()
      }
    },
  }
}

/** Checks run what agents wrote, so they get what those agents get together. */
function checkRules(agents: readonly AgentSpec[]): Pick<Rules, 'mode' | 'allowHosts'> {
  const modes = agents.map(({ sandbox }) => sandbox)
  const mode = modes.includes('require') ? 'require' : modes.length > 0 && modes.every((one) => one === 'off') ? 'off' : 'auto'
  return { mode, allowHosts: [...new Set(agents.flatMap(({ allowHosts }) => allowHosts))] }
}

async function enclose(world: StepWorld, io: AttemptIo, { workspace, workspaces }: Worktree, rules: Rules): Promise<Result<Enclosed, Failure>> {
  const { services } = rules
  const opened = await world.sandboxes.open({
    mode: rules.mode, root: workspace.root, visible: [...workspace.sources, ...rules.visible], allowHosts: rules.allowHosts, services,
    denied: (line) => io.output('stderr', `orch-run: ${line}\n`),
  })
  if (!opened.ok) return err({ code: 'sandbox-failed', message: opened.error })
  const sandbox = opened.value
  await tellLack(world, io, sandbox)
  if (!sandbox.owner) return ok({ sandbox, ports: { ...world.ports, processes: sandbox.processes } })
  const lent = await workspaces.lend(workspace, sandbox.owner)
  if (!lent.ok) return err({ code: 'workspace-failed', message: lent.error.message })
  return ok({ sandbox, ports: { ...world.ports, processes: sandbox.processes, files: ownedFiles(world.ports.files, workspace.root, sandbox.owner) } })
}

/** Once a run: whoever reads it must know, and not be told by every step. */
async function tellLack(world: StepWorld, io: AttemptIo, { isolation, lack }: Sandbox): Promise<void> {
  if (lack === undefined || told.has(world.sandboxes)) return
  told.add(world.sandboxes)
  const readiness = await world.sandboxes.readiness()
  const help = readiness.ok ? '' : `; ${readiness.help}`
  const how = isolation === 'process' ? 'agents run without a sandbox' : 'agents run in a sandbox without any network'
  await io.emit({ type: 'noticed', severity: 'warning', code: 'no-sandbox', message: `${how}: ${lack}${help}` })
}

const told = new WeakSet<object>()

