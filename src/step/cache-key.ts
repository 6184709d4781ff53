import { createHash } from 'node:crypto'
import { canonical } from '../base/json.ts'
import type { Json } from '../base/json.ts'
import type { Cache } from '../cache/cache.ts'
import type { Listing } from '../cache/listing.ts'
import { teamOf } from '../pipeline/team.ts'
import { hasExpression } from '../pipeline/template.ts'
import type { AttemptTask } from '../run/contract.ts'
import { knownInherited } from './inherited.ts'
import { placeKind } from './place.ts'
import type { StepWorld } from './world.ts'

/** What a step depends on, as one key, with the files of the checkout that it saw, where it works there. */
export interface CacheKey {
  readonly key: string
  readonly listing: Listing | undefined
}

type MaybeKey = CacheKey | undefined

/**
 * The key of a step: what it and all that it needs say, its inputs, what its expressions come to, and the files where it works.
 * At once where the files are known already; undefined where they cannot be.
 */
export function cacheKey(world: StepWorld, cache: Cache, task: AttemptTask): MaybeKey | Promise<MaybeKey> {
  const texts = renderedTexts(world, task)
  if (texts === undefined) return undefined
  const whole = (place: Json, listing?: Listing): CacheKey => ({ key: keyOf(world, task, texts, place), listing })
  switch (placeKind(task)) {
    case 'none': return whole(null)
    case 'worktree': return treeSeen(world, cache, task).then((files) => (files === undefined ? undefined : whole({ files })))
    case 'checkout': {
      const seen = cache.seen()
      return seen ? whole(checkoutSeen(world, cache, task, seen), seen) : cache.look().then((listing) => listing && whole(checkoutSeen(world, cache, task, listing), listing))
    }
  }
}

/** Who wrote something in the checkout, for the traces. */
export function traceName(world: StepWorld, step: string): string {
  return `${world.pipeline.file}#${step}`
}

function keyOf(world: StepWorld, task: AttemptTask, texts: Json, place: Json): string {
  const { inputs = null, env = null } = task.scope.contexts
  const parts = [1, world.machine, task.lineage, task.step.cache?.key ?? null, place, texts, canonical(inputs), canonical(env), canonical(task.matrix)]
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}

/** The files where the steps of a checkout work: without what this step, and those that it does not need, left behind. */
function checkoutSeen(world: StepWorld, cache: Cache, task: AttemptTask, listing: Listing): Json {
  let above: Set<string> | undefined
  const isAbove = (name: string): boolean => {
    above ??= new Set([...task.above].filter((step) => step !== task.step.id).map((step) => traceName(world, step)))
    // What other pipelines of the run wrote counts as it is.
    return above.has(name) || !name.startsWith(`${world.pipeline.file}#`)
  }
  return { files: cache.traces.digest({ start: cache.start() ?? listing, now: listing }, isAbove) }
}

async function treeSeen(world: StepWorld, cache: Cache, task: AttemptTask): Promise<string | undefined> {
  const workspaces = await world.workspaces()
  if (!workspaces.ok) return undefined
  const commit = await knownInherited(world, task, workspaces.value)
  return commit === undefined ? undefined : workspaces.value.digest(commit, cache.without)
}

/** Everything with expressions that the step would run or ask, evaluated; undefined where that fails. */
function renderedTexts(world: StepWorld, task: AttemptTask): Json[] | undefined {
  const { expressions } = world
  if (!expressions) return []
  const texts: string[] = []
  for (const template of templates(world, task)) {
    const text = expressions.text(template, task.scope)
    if (!text.ok) return undefined
    texts.push(text.value)
  }
  return texts
}

function templates({ pipeline, checks }: StepWorld, { step }: AttemptTask): string[] {
  const team = step.kind === 'agent' ? teamOf(pipeline, step) : []
  const named = step.kind === 'agent' ? step.verify : step.kind === 'check' ? step.checks : []
  const own = step.kind === 'run' ? [step.run] : step.kind === 'agent' ? [step.prompt ?? ''] : []
  const all = [...own, ...Object.values(step.env), ...team.flatMap(({ env }) => Object.values(env)), pipeline.workspace.setup ?? '', ...named.map((name) => checks.get(name)?.run ?? '')]
  return all.filter(hasExpression)
}
