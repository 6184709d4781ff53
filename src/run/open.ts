import type { JsonObject } from '../base/json.ts'
import type { Plan } from '../plan/plan.ts'
import type { Choice } from './choice.ts'
import type { BaseState, PlannedStep, RunStarted } from './event.ts'

/** The first event of a run. `inputs` are told with their secrets masked. */
export function openRun(plan: Plan, run: string, inputs: JsonObject, base: BaseState | null, choice: Choice = {}): RunStarted {
  const { pipeline } = plan
  return {
    type: 'run-started', version: 1, run, pipeline: pipeline.name, file: pipeline.file, inputs, plan: plannedSteps(plan), base,
    budget: pipeline.limits.budget?.toString() ?? null,
    ...(Object.keys(choice).length > 0 ? { choice } : {}),
  }
}

/** The plan as the journal keeps it. */
export function plannedSteps(plan: Plan): PlannedStep[] {
  return [...plan.steps.values()].map(({ spec, nodes }) => ({
    id: spec.id, kind: spec.kind, name: spec.name ?? null, needs: spec.needs, continueOnError: spec.continueOnError,
    agent: spec.kind === 'agent' ? spec.agent : null, nodes,
    ...(spec.kind === 'agent' && spec.race ? { race: spec.race.agents } : {}),
  }))
}
