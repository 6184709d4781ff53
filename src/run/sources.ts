import type { Expressions } from '../pipeline/expression.ts'
import type { Plan } from '../plan/plan.ts'
import { scopeOf } from './contexts.ts'
import type { Facts } from './facts.ts'
import { allNodes } from './nested-runs.ts'
import type { NodeState, Run } from './run.ts'

/** What prompts are made from. */
interface Known {
  readonly plan: Plan
  readonly facts: Facts
  readonly expressions: Expressions | undefined
}

/** A commit that a step sees, with who made it and what for. */
export interface Source {
  readonly commit: string
  /** The node that made it, by its whole id in this run; the beginning of the commit where it came from outside. */
  readonly node: string
  /** What it was asked to do; null where nobody knows. */
  readonly intent: string | null
  /** What it said in the end. */
  readonly said: string | null
}

/** Who made these commits, in their order. */
export function sourcesOf(world: Known, run: Run, commits: readonly string[]): Source[] {
  const makers = new Map(allNodes(run).flatMap(({ id, node, run: own }) => (node.commit === null || own.nested.has(node.id) ? [] : [[node.commit, { id, node, own }] as const])))
  return commits.map((commit) => {
    const maker = makers.get(commit)
    if (!maker) return { commit, node: commit.slice(0, 12), intent: null, said: null }
    const { text } = maker.node.outputs
    return { commit, node: maker.id, intent: maker.own === run ? intentOf(world, run, maker.node) : null, said: typeof text === 'string' ? text : null }
  })
}

/** The prompt as it was given, or the script. */
function intentOf({ plan, facts, expressions }: Known, run: Run, node: NodeState): string | null {
  const spec = plan.steps.get(node.step)?.spec
  if (spec?.kind === 'run') return spec.run
  if (spec?.kind === 'merge') return `bring together ${spec.merge.join(', ')}`
  if (spec?.kind !== 'agent') return null
  const prompt = spec.prompt ?? ''
  if (spec.isVerbatim) return prompt
  const scope = scopeOf(plan, run, facts, expressions, { step: node.step, matrix: node.matrix, attempt: node.attempts.at(-1)?.attempt ?? 1 })
  const rendered = expressions?.text(prompt, scope)
  return rendered?.ok === true ? rendered.value : prompt
}
