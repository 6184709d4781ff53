import type { Plan } from './plan.ts'

/** The steps so that each comes after all that it needs; ties in the order of the file. A loop, since chains are long. */
export function inOrder(plan: Plan): string[] {
  const waiting = new Map<string, number>()
  const dependents = new Map<string, string[]>()
  for (const { spec } of plan.steps.values()) {
    waiting.set(spec.id, spec.needs.length)
    for (const need of spec.needs) {
      const known = dependents.get(need)
      if (known) known.push(spec.id)
      else dependents.set(need, [spec.id])
    }
  }
  const order = [...waiting].flatMap(([id, count]) => (count === 0 ? [id] : []))
  for (const id of order) {
    for (const dependent of dependents.get(id) ?? []) {
      const left = (waiting.get(dependent) ?? 0) - 1
      waiting.set(dependent, left)
      if (left === 0) order.push(dependent)
    }
  }
  return order
}

/** The same in waves: all steps of a wave may run at once. */
export function inWaves(plan: Plan): string[][] {
  const depth = new Map<string, number>()
  const waves: string[][] = []
  for (const id of inOrder(plan)) {
    const needs = plan.steps.get(id)?.spec.needs ?? []
    const own = needs.reduce((deepest, need) => Math.max(deepest, (depth.get(need) ?? 0) + 1), 0)
    depth.set(id, own)
    ;(waves[own] ??= []).push(id)
  }
  return waves
}
