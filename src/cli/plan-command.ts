import { resolve } from 'node:path'
import { formatUsd } from '../base/money.ts'
import { detectChecks } from '../check/detect.ts'
import type { Pipeline, StepSpec } from '../pipeline/pipeline.ts'
import { buildPlan } from '../plan/build.ts'
import { inOrder, inWaves } from '../plan/order.ts'
import type { Plan } from '../plan/plan.ts'
import { findPrice } from '../provider/prices.ts'
import { EXIT } from './exit-code.ts'
import { loadPipeline } from './load-pipeline.ts'
import { environment, realPorts } from './ports.ts'
import { orStop } from './stop.ts'

type Format = 'text' | 'json' | 'mermaid'

/** What would run, in which order, where, by whom and at which price. Calls no model and starts nothing. */
export async function planCommand(file: string, options: { readonly format: Format }): Promise<number> {
  return orStop(async () => {
    const ports = realPorts(environment())
    const cwd = process.cwd()
    const { pipeline } = await loadPipeline(ports.files, file, cwd)
    const detected = await detectChecks(ports.files, resolve(cwd))
    const plan = buildPlan(pipeline)
    const from = new Map([...detected].map(([name, check]) => [name as string, `${check.script} (from ${check.from})`]))
    const steps = describe(plan, from)
    process.stdout.write(RENDER[options.format](pipeline, plan, steps))
    return EXIT.passed
  })
}

/** One step as the plan tells it. */
interface StepView {
  readonly id: string
  readonly kind: string
  readonly needs: readonly string[]
  /** Null: an expression gives the matrix while the run goes on. */
  readonly nodes: readonly string[] | null
  readonly sees: string
  readonly agent: string | null
  readonly model: string | null
  readonly price: string | null
  readonly checks: readonly { readonly name: string; readonly runs: string }[]
}

function describe(plan: Plan, detected: ReadonlyMap<string, string>): StepView[] {
  const changing = changingSteps(plan)
  return inOrder(plan).flatMap((id) => {
    const step = plan.steps.get(id)
    if (!step) return []
    const { spec, nodes } = step
    const agent = spec.kind === 'agent' ? plan.pipeline.agents.get(spec.agent) : undefined
    const names = spec.kind === 'agent' ? spec.verify : spec.kind === 'check' ? spec.checks : []
    return [{
      id, kind: spec.kind, needs: spec.needs, nodes: nodes?.map((node) => node.id) ?? null,
      sees: placeOf(spec, [...changing.get(id) ?? []]), agent: agent?.name ?? null, model: agent ? `${agent.provider}/${agent.model}` : null,
      price: agent ? priceOf(plan.pipeline, agent.provider, agent.model) : null,
      checks: names.map((name) => ({ name, runs: plan.pipeline.checks.get(name)?.run ?? detected.get(name) ?? 'not found' })),
    }]
  })
}

/** For each step those above it that may change files: what its worktree will hold. */
function changingSteps(plan: Plan): Map<string, Set<string>> {
  const seen = new Map<string, Set<string>>()
  for (const id of inOrder(plan)) {
    const above = new Set<string>()
    for (const need of plan.steps.get(id)?.spec.needs ?? []) {
      const spec = plan.steps.get(need)?.spec
      for (const step of seen.get(need) ?? []) above.add(step)
      if (spec && (spec.kind === 'agent' || spec.workspace === 'worktree' || (spec.kind === 'run' && (seen.get(need)?.size ?? 0) > 0))) above.add(need)
    }
    seen.set(id, above)
  }
  return seen
}

function placeOf(spec: StepSpec, above: readonly string[]): string {
  if (spec.kind !== 'agent' && spec.workspace === 'none') return 'an empty folder'
  if (spec.kind !== 'agent' && spec.workspace === 'checkout') return 'the checkout'
  const changes = above.length === 0 ? '' : ` with the changes of ${above.map((id) => `\`${id}\``).join(', ')}`
  if (spec.kind === 'agent' || spec.workspace === 'worktree') return `a worktree of the base${changes}`
  return above.length === 0 ? 'the checkout' : `the checkout, or a worktree${changes} if there are any`
}

function priceOf(pipeline: Pipeline, provider: string, model: string): string {
  const spec = pipeline.providers.get(provider)
  const price = spec && findPrice(spec, model)
  if (price === undefined) return 'not known'
  return price === 'free' ? 'free' : `${formatUsd(price.input * 1_000_000n)} in, ${formatUsd(price.output * 1_000_000n)} out per million tokens`
}

const RENDER: Readonly<Record<Format, (pipeline: Pipeline, plan: Plan, steps: readonly StepView[]) => string>> = {
  json: (pipeline, plan, steps) => `${JSON.stringify({
    version: 1, pipeline: pipeline.name, file: pipeline.file,
    budget_usd: pipeline.limits.budget === undefined ? null : Number(pipeline.limits.budget) / 1e12, waves: inWaves(plan), steps,
  }, null, 2)}\n`,
  text: (pipeline, plan, steps) => {
    const byId = new Map(steps.map((step) => [step.id, step]))
    const waves = inWaves(plan).map((wave, index) => [`wave ${index + 1}`, ...wave.flatMap((id) => stepLines(byId.get(id)))].join('\n'))
    const budget = pipeline.limits.budget === undefined ? 'no budget' : `budget ${formatUsd(pipeline.limits.budget)}`
    return `${pipeline.name}: ${steps.length} ${steps.length === 1 ? 'step' : 'steps'}, ${budget}\n${waves.join('\n')}\n`
  },
  mermaid: (_pipeline, _plan, steps) => {
    const ids = new Map(steps.map((step, index) => [step.id, `s${index}`]))
    const nodes = steps.map((step) => `  ${ids.get(step.id)}["${step.id}<br>${step.agent ?? step.kind}"]`)
    const edges = steps.flatMap((step) => step.needs.map((need) => `  ${ids.get(need)} --> ${ids.get(step.id)}`))
    return `${['flowchart TD', ...nodes, ...edges].join('\n')}\n`
  },
}

function stepLines(step: StepView | undefined): string[] {
  if (!step) return []
  const cells = step.nodes === null ? ' × as many as its matrix gives' : step.nodes.length > 1 ? ` × ${step.nodes.length}` : ''
  const lines = [`  ${step.id} (${step.kind})${cells}${step.needs.length === 0 ? '' : `, needs ${step.needs.join(', ')}`}`, `    sees ${step.sees}`]
  if (step.agent !== null) lines.push(`    agent ${step.agent} on ${step.model ?? ''}, ${step.price ?? ''}`)
  return [...lines, ...step.checks.map((check) => `    check ${check.name}: ${check.runs.trim().split('\n')[0] ?? ''}`)]
}
