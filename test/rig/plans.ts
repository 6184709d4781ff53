import type { LimitsSpec, Pipeline, StepSpec } from '../../src/pipeline/pipeline.ts'
import { buildPlan } from '../../src/plan/build.ts'
import type { Plan } from '../../src/plan/plan.ts'

/** No limits at all. */
export const LIMITS: LimitsSpec = { budget: undefined, warnAt: [], timeoutMs: undefined, concurrency: undefined, maxWaitMs: 300_000, providers: new Map() }

/** A step of kind `run` with everything at its default. */
export function runStep(id: string, needs: readonly string[] = [], more: Partial<Extract<StepSpec, { kind: 'run' }>> = {}): StepSpec {
  return {
    kind: 'run', id, needs, run: 'true', shell: 'bash -euo pipefail', outputs: undefined, name: undefined, if: undefined, matrix: undefined,
    env: {}, timeoutMs: undefined, retry: { attempts: 1, backoffMs: 1000, maxDelayMs: 300_000, on: undefined }, continueOnError: false,
    workspace: 'inherit', artifacts: [], files: [], priority: 0, risk: 'low', cache: undefined, ...more,
  }
}

export function planOf(steps: readonly StepSpec[], more: Partial<Pipeline> = {}): Plan {
  return buildPlan({
    file: 'pipeline.yml', name: 'test', description: undefined, inputs: new Map(), env: {}, providers: new Map(),
    routes: new Map(), limits: LIMITS, agents: new Map(), checks: new Map(),
    workspace: { base: 'HEAD', setup: undefined, link: [], copy: [], allowProtected: [] }, autonomy: 'full', steps: new Map(steps.map((step) => [step.id, step])), outputs: {}, reports: {}, children: new Map(), ...more,
  })
}
