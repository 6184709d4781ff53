import type { NodeState, Run } from './run.ts'

/** A run with those that its nodes perform. `prefix` stands before the ids of its nodes: `` or `build/`. */
export interface PlacedRun {
  readonly prefix: string
  readonly run: Run
}

/** A run and all that is nested in it, however deep, each after the run around it. */
export function allRuns(run: Run, prefix = ''): PlacedRun[] {
  return [{ prefix, run }, ...[...run.nested].flatMap(([node, inner]) => allRuns(inner, `${prefix}${node}/`))]
}

/** Every node of a run and of those nested in it, by its whole id. */
export function allNodes(run: Run): { readonly id: string; readonly node: NodeState; readonly run: Run }[] {
  return allRuns(run).flatMap((placed) => [...placed.run.nodes.values()].map((node) => ({ id: `${placed.prefix}${node.id}`, node, run: placed.run })))
}

export interface ShownNode {
  /** Its whole id. */
  readonly id: string
  readonly node: NodeState
  /** The run in which it stands. */
  readonly run: Run
  readonly prefix: string
  /** A failure of it fails nobody. */
  readonly isTolerated: boolean
}

/** The nodes that people are shown, in the order of the plan, those of nested runs after the node that performs them. */
export function shownNodes(run: Run, prefix = '', isTolerated = false): ShownNode[] {
  return [...run.steps.values()].flatMap((step) => (step.nodes ?? []).flatMap((id): ShownNode[] => {
    const node = run.nodes.get(id)
    if (!node) return []
    const tolerated = isTolerated || step.continueOnError
    // What an earlier attempt left is not shown where the node is left out now.
    const inner = node.status === 'skipped' ? undefined : run.nested.get(id)
    const below = inner ? shownNodes(inner, `${prefix}${id}/`, tolerated) : []
    return [{ id: `${prefix}${id}`, node, run, prefix, isTolerated: tolerated }, ...below]
  }))
}

/** What was spent, calls that were never settled with their whole hold. */
export function spentOrHeld(run: Run): bigint {
  let sum = 0n
  for (const { run: one } of allRuns(run)) for (const call of one.calls.values()) sum += call.cost ?? call.hold
  return sum
}
