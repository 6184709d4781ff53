import type { PipelineText } from './vocabulary/pipeline.ts'
import { STEP_KINDS } from './words.ts'

type StepText = PipelineText['steps'][string]

/** A step with what the pipeline's `defaults`, and for what is merged its `workspace`, say where it says nothing itself. */
export function withDefaults(step: StepText, { defaults, workspace }: Pick<PipelineText, 'defaults' | 'workspace'>): StepText {
  const { timeout, retry, verify, repair, agent } = defaults ?? {}
  if (step.merge !== undefined || step.tasks !== undefined) {
    const { on_conflict, resolver } = workspace ?? {}
    return { ...present({ timeout, retry, verify, repair, on_conflict, resolver }), ...step }
  }
  const forAll = step.approve === undefined ? present({ timeout, retry }) : {}
  const isAgent = step.agent !== undefined || !STEP_KINDS.some((kind) => step[kind] !== undefined)
  return { ...forAll, ...(isAgent ? present({ verify, repair, agent }) : {}), ...step }
}

function present<Values extends object>(values: Values): Partial<Values> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<Values>
}
