import { createHash } from 'node:crypto'
import { canonical } from '../base/json.ts'
import type { Json } from '../base/json.ts'
import { checksNamed } from '../pipeline/involved.ts'
import type { CheckSpec } from '../pipeline/check-spec.ts'
import type { Pipeline } from '../pipeline/pipeline.ts'
import type { Proof } from '../run/work-event.ts'
import type { StepWorld } from './world.ts'

/** That a check holds of a tree. What else could change the verdict, the pipeline's `env` and `setup`, is part of its digest. */
export function proofOf({ pipeline }: StepWorld, check: CheckSpec, tree: string): Proof {
  const definition = JSON.parse(JSON.stringify({ check, env: pipeline.env, setup: pipeline.workspace.setup })) as Json
  return { tree, check: createHash('sha256').update(canonical(definition)).digest('hex').slice(0, 32) }
}

/** The names of all checks that judge what a step sees: those of the steps that it needs, however indirectly. */
export function checksAbove({ steps }: Pipeline, id: string): readonly string[] {
  const names = new Set<string>()
  const seen = new Set([id])
  for (const one of seen) {
    const spec = steps.get(one)
    for (const need of spec?.needs ?? []) seen.add(need)
    if (one === id || !spec) continue
    for (const name of checksNamed(spec)) names.add(name)
  }
  return [...names]
}
