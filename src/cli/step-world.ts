import { dirname, relative, resolve } from 'node:path'
import type { GrowingRedactor } from '../base/growing-redactor.ts'
import type { Cache } from '../cache/cache.ts'
import type { Pipeline } from '../pipeline/pipeline.ts'
import type { Caller } from '../provider/caller.ts'
import type { StepWorld } from '../step/world.ts'
import { createPresence } from '../workspace/presence.ts'
import type { Models } from './open-models.ts'
import type { RunOrder } from './run-order.ts'
import { createRunWorkspaces } from './run-workspaces.ts'
import { keyVariables } from './secrets.ts'

/** The step kinds' world, made of the real one; worktrees and models are opened when the first step asks for them. */
export function createStepWorld(order: RunOrder, redactor: GrowingRedactor, cache: Cache | undefined): StepWorld & { close(): Promise<void> } {
  const { ports, plan, env, cwd, readiness } = order
  const root = readiness.repository?.root ?? cwd
  const presence = createPresence()
  const workspaces = createRunWorkspaces(order, { presence, leaks: (text) => redactor.leaks(text) })
  const keys = new Set(keyVariables(plan.pipeline))
  const shared = {
    ports,
    expressions: order.expressions,
    trusted: order.trusted,
    sandboxes: order.sandboxes,
    // The keys of all pipelines of the run: none is another's business.
    environment: Object.fromEntries(Object.entries(env).filter(([name]) => !keys.has(name))),
    checkout: { cwd, root },
    presence,
    cache,
    machine: `${process.platform}-${process.arch}`,
    redact: <T>(value: T): T => redactor.json(value),
    stateDir: resolve(cwd, order.options.stateDir),
    namedFiles: [plan.pipeline, ...plan.pipeline.children.values()].flatMap((pipeline) => namedFiles(pipeline, cwd, root)),
    forge: async (signal: AbortSignal) => (await import('./open-forge.ts')).openForge(order, signal),
    hide: (secrets: readonly string[]) => redactor.hide(secrets),
    leaks: (text: string) => redactor.leaks(text),
  }
  const worldOf = (pipeline: Pipeline, checks: StepWorld['checks'], openModels: () => Promise<Models>, agentSpace: string): StepWorld => {
    let models: Promise<Models> | undefined
    const own = async (): Promise<Models> => (models ??= openModels())
    return {
      ...shared, pipeline, checks, agentSpace,
      workspaces: async () => workspaces.of(pipeline.workspace),
      caller: async (): Promise<Caller> => (await own()).caller,
      lease: async (provider, lease) => (await own()).lease(provider, lease),
      nested: (child, task) => worldOf(child, readiness.childChecks.get(child.file) ?? new Map(), async () => (await own()).nested(child, task), `${task.node}/`),
    }
  }
  const models = async (): Promise<Models> => (await import('./open-models.ts')).openModels(order, redactor)
  return { ...worldOf(plan.pipeline, readiness.checks, models, ''), close: async () => {
    await workspaces.close()
    await order.sandboxes.close()
  } }
}

function namedFiles(pipeline: Pipeline, cwd: string, root: string): string[] {
  const folder = dirname(resolve(cwd, pipeline.file))
  const prompts = [...pipeline.steps.values()].map((step) => (step.kind === 'agent' ? step.promptFile : undefined))
  const instructions = [...pipeline.agents.values()].map((agent) => agent.instructionsFile)
  const named = [...prompts, ...instructions].flatMap((path) => (path === undefined ? [] : [resolve(folder, path)]))
  return [resolve(cwd, pipeline.file), ...named].map((path) => relative(root, path))
}
