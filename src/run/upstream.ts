import type { JsonObject } from '../base/json.ts'
import type { Run } from './run.ts'

/** What the needed steps gave, as far as a step can see it: the part of its fingerprint that comes from above. */
export function upstreamOf(run: Run, step: string): JsonObject {
  const needs = run.steps.get(step)?.needs ?? []
  // No step has the empty name.
  if (needs.length === 0 && run.inherited.length > 0) return { '': { carries: run.inherited } }
  return Object.fromEntries(needs.map((need) => [need, resultOf(run, need)]))
}

function resultOf(run: Run, step: string): JsonObject {
  const state = run.steps.get(step)
  const nodes = (state?.nodes ?? []).flatMap((id) => run.nodes.get(id) ?? [])
  return {
    outcome: state?.outcome ?? null,
    carries: state?.carries ?? [],
    nodes: nodes.map((node) => ({ id: node.id, status: node.status, outputs: node.outputs, exit_code: node.exitCode })),
  }
}
