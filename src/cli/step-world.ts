import { dirname, relative, resolve } from 'node:path'
import type { Redactor } from '../base/redact.ts'
import { err, ok } from '../base/result.ts'
import type { Result } from '../base/result.ts'
import type { Pipeline } from '../pipeline/pipeline.ts'
import type { Caller } from '../provider/caller.ts'
import type { Failure } from '../run/failure.ts'
import type { StepWorld } from '../step/world.ts'
import type { Workspaces } from '../workspace/workspace.ts'
import type { RunOrder } from './run-order.ts'

/** The step kinds' world, made of the real one; worktrees and models are opened when the first step asks for them. */
export function createStepWorld(order: RunOrder, redactor: Redactor): StepWorld & { close(): Promise<void> } {
  const { ports, plan, env, cwd, readiness } = order
  let workspaces: Promise<Result<Workspaces, Failure>> | undefined
  let caller: Promise<Caller> | undefined
  return {
    ports,
    pipeline: plan.pipeline,
    expressions: order.expressions,
    environment: env,
    checkout: { cwd, root: readiness.repository?.root ?? cwd },
    checks: readiness.checks,
    namedFiles: namedFiles(plan.pipeline, cwd, readiness.repository?.root ?? cwd),
    workspaces: async () => (workspaces ??= open(order)),
    caller: async () => (caller ??= openCaller(order, redactor)),
    async close() {
      const opened = await workspaces
      if (opened?.ok) await opened.value.close()
    },
  }
}

function namedFiles(pipeline: Pipeline, cwd: string, root: string): string[] {
  const folder = dirname(resolve(cwd, pipeline.file))
  const prompts = [...pipeline.steps.values()].map((step) => (step.kind === 'agent' ? step.promptFile : undefined))
  const instructions = [...pipeline.agents.values()].map((agent) => agent.instructionsFile)
  const named = [...prompts, ...instructions].flatMap((path) => (path === undefined ? [] : [resolve(folder, path)]))
  return [resolve(cwd, pipeline.file), ...named].map((path) => relative(root, path))
}

async function open(order: RunOrder): Promise<Result<Workspaces, Failure>> {
  const { ports, plan, cwd, run, readiness } = order
  const { repository, base } = readiness
  if (!repository || !base) return err({ code: 'workspace-failed', message: 'a worktree needs a git repository with a commit' })
  const { openWorkspaces } = await import('../workspace/open.ts')
  const { workspace } = plan.pipeline
  const opened = await openWorkspaces(ports, {
    run: run.id, stateDir: resolve(cwd, order.options.stateDir), checkout: cwd, repository, base: base.commit, link: workspace.link, copy: workspace.copy,
  })
  return opened.ok ? ok(opened.value) : err({ code: 'workspace-failed', message: opened.error.message })
}

async function openCaller(order: RunOrder, redactor: Redactor): Promise<Caller> {
  const { openModels } = await import('./open-models.ts')
  return openModels(order, redactor, dirname(resolve(order.cwd, order.plan.pipeline.file)))
}
