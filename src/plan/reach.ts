import type { StepSpec } from '../pipeline/pipeline.ts'

/** A step with all that it needs, however indirectly. A loop, since chains are long. */
export function neededBy(steps: ReadonlyMap<string, StepSpec>, step: string): Set<string> {
  const found = new Set([step])
  for (const id of found) for (const need of steps.get(id)?.needs ?? []) found.add(need)
  return found
}
