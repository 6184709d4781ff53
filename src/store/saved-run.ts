import type { SharedState } from '../run/shared-state.ts'
import type { CallState, NodeState, Run, StepState } from '../run/run.ts'

/** A run as JSON can hold it: maps and sets as lists, money as decimal text. */
export interface SavedRun extends Omit<Run, 'budget' | 'steps' | 'nodes' | 'frontier' | 'running' | 'retrying' | 'calls' | 'nested' | 'spent' | 'shared'> {
  readonly budget: string | null
  readonly steps: readonly StepState[]
  readonly nodes: readonly (Omit<NodeState, 'cost'> & { readonly cost: string })[]
  readonly frontier: readonly string[]
  readonly running: readonly string[]
  readonly retrying: readonly string[]
  readonly calls: readonly (Omit<CallState, 'hold' | 'cost'> & { readonly hold: string; readonly cost: string | null })[]
  readonly nested: readonly { readonly node: string; readonly run: SavedRun }[]
  readonly spent: string
  /** Only with the run that is no nested one: all of them share it. */
  readonly shared?: SharedState
}

export function saveRun(run: Run): SavedRun {
  return { ...saveOne(run), shared: run.shared }
}

function saveOne({ shared: _shared, ...run }: Run): SavedRun {
  return {
    ...run,
    budget: run.budget?.toString() ?? null,
    steps: [...run.steps.values()],
    nodes: [...run.nodes.values()].map((node) => Object.assign({}, node, { cost: node.cost.toString() })),
    nested: [...run.nested].map(([node, inner]) => ({ node, run: saveOne(inner) })),
    spent: run.spent.toString(),
    frontier: [...run.frontier],
    running: [...run.running],
    retrying: [...run.retrying],
    calls: [...run.calls.values()].map((call) => {
      return Object.assign({}, call, { hold: call.hold.toString(), cost: call.cost?.toString() ?? null })
    }),
  }
}
