import type { LimitsSpec } from '../../src/pipeline/limits-spec.ts'
import type { AgentSpec, Pipeline, StepSpec } from '../../src/pipeline/pipeline.ts'
import { buildPlan } from '../../src/plan/build.ts'
import type { Plan } from '../../src/plan/plan.ts'

/** No limits at all. */
export const LIMITS: LimitsSpec = { budget: undefined, dailyBudget: undefined, zone: 'UTC', warnAt: [], timeoutMs: undefined, concurrency: undefined, maxWaitMs: 300_000, providers: new Map() }

/** A step of kind `run` with everything at its default. */
export function runStep(id: string, needs: readonly string[] = [], more: Partial<Extract<StepSpec, { kind: 'run' }>> = {}): StepSpec {
  return {
    kind: 'run', id, needs, run: 'true', shell: 'bash -euo pipefail', outputs: undefined, name: undefined, if: undefined, matrix: undefined,
    env: {}, timeoutMs: undefined, retry: { attempts: 1, backoffMs: 1000, maxDelayMs: 300_000, on: undefined }, continueOnError: false,
    workspace: 'inherit', artifacts: [], files: [], priority: 0, budget: undefined, risk: 'low', cache: undefined, ...more,
  }
}

export function planOf(steps: readonly StepSpec[], more: Partial<Pipeline> = {}): Plan {
  return buildPlan({
    file: 'pipeline.yml', name: 'test', description: undefined, inputs: new Map(), env: {}, providers: new Map(),
    routes: new Map(), limits: LIMITS, toolServers: new Map(), agents: new Map(), checks: new Map(),
    workspace: { base: 'HEAD', setup: undefined, link: [], copy: [], allowProtected: [], onConflict: 'fail', resolver: undefined }, autonomy: 'full', steps: new Map(steps.map((step) => [step.id, step])), outputs: {}, reports: {}, children: new Map(), ...more,
  })
}

/** A step of kind `agent` with everything at its default. */
export function agentStep(id: string, more: Partial<Extract<StepSpec, { kind: 'agent' }>> = {}): StepSpec {
  const { kind: _kind, run: _run, shell: _shell, ...common } = runStep(id) as Extract<StepSpec, { kind: 'run' }>
  return { ...common, kind: 'agent', agent: 'a', race: undefined, capabilities: [], prompt: 'Work.', promptFile: undefined, outputs: undefined, verify: [], repair: 0, ...more }
}

/** An agent with everything at its default. */
export function agentSpec(name: string, more: Partial<AgentSpec> = {}): AgentSpec {
  return {
    description: undefined, executor: 'llm', command: [], provider: 'p', model: 'm', route: undefined, candidates: [{ provider: 'p', model: 'm' }],
    budget: undefined, instructions: undefined, instructionsFile: undefined, tools: [], permissions: 'limited', allowCommands: [], allowHosts: [], sandbox: 'auto', maxTurns: 50,
    maxOutputTokens: 8192, contextTokens: undefined, temperature: undefined, capabilities: [], maxLoad: undefined, priority: 0, backup: [], stallTimeoutMs: 900_000, env: {}, ...more, name,
  }
}
