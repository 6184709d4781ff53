import { err, ok } from '../base/result.ts'
import type { Result } from '../base/result.ts'
import type { MergeStep } from '../pipeline/pipeline.ts'
import type { AttemptIo, AttemptResult, AttemptTask, StepKind } from '../run/contract.ts'
import type { Failure } from '../run/failure.ts'
import type { CommitText, Workspaces } from '../workspace/workspace.ts'
import { keepArtifacts } from './artifacts.ts'
import { bringTogether } from './bring-together.ts'
import { commitText } from './commit.ts'
import type { Author } from './commit.ts'
import { deniedChange } from './denied-change.ts'
import { leakIn } from './leak.ts'
import { prove } from './prove.ts'
import { mergedPrompt } from './resolver-prompt.ts'
import { createResolver } from './resolver.ts'
import type { Resolver } from './resolver.ts'
import { openTreePlace, reportTrespasses, workspaceFailure } from './tree-place.ts'
import type { TreePlace } from './tree-place.ts'
import type { StepWorld } from './world.ts'

/** The changes of several steps as one commit of the runner, proved again by checks: what holds apart need not hold together. */
export function mergeKind(world: StepWorld): StepKind {
  return {
    byAgents: true,
    async attempt(task, io) {
      const step = task.step as MergeStep
      if (task.inherited.length === 0) return { status: 'passed' }
      const workspaces = await world.workspaces()
      if (!workspaces.ok) return { status: 'failed', failure: workspaces.error }
      const agent = world.pipeline.agents.get(step.resolver ?? '')
      const resolver = agent && createResolver(world, task, io, workspaces.value, { agent, repair: step.repair })
      try {
        const merged = await perform({ world, task, io, step, workspaces: workspaces.value, resolver })
        const isolation = await resolver?.isolation()
        const result = isolation === undefined ? merged : { ...merged, isolation }
        if (resolver?.author().agent !== undefined) await reportTrespasses(io, workspaces.value)
        return io.signal.aborted ? { ...result, status: 'cancelled' } : result
      } finally {
        await resolver?.leave()
      }
    },
  }
}

interface Merging {
  readonly world: StepWorld
  readonly task: AttemptTask
  readonly io: AttemptIo
  readonly step: MergeStep
  readonly workspaces: Workspaces
  readonly resolver: Resolver | undefined
}

async function perform(merging: Merging): Promise<AttemptResult> {
  const { task, io, step, workspaces, resolver } = merging
  const merged = await bringTogether({ task, io, workspaces, policy: step.onConflict, resolver, text: () => textOf(task, resolver?.author() ?? {}) })
  if (!merged.ok) return { status: 'failed', failure: merged.error }
  if (step.verify.length === 0 && step.artifacts.length === 0) return keep(merging, merged.value)
  const place = await placeAt(merging, merged.value)
  if (!place.ok) return { status: 'failed', failure: place.error }
  try {
    const proved = step.verify.length === 0 ? ok(merged.value) : await proveMerged(merging, place.value, merged.value)
    const result: AttemptResult = proved.ok ? await keep(merging, proved.value) : { status: 'failed', failure: proved.error }
    return { ...result, artifacts: await keepArtifacts(merging.world, task, io, place.value) }
  } finally {
    if (!resolver) await place.value.leave()
  }
}

async function placeAt({ world, task, io, workspaces, resolver }: Merging, commit: string): Promise<Result<TreePlace, Failure>> {
  return resolver ? resolver.at(commit) : openTreePlace(world, task, io, workspaces, [commit])
}

/** The commit that holds before the checks: the merged one, or what the resolver made of it. */
async function proveMerged(merging: Merging, place: TreePlace, merged: string): Promise<Result<string, Failure>> {
  const { world, task, io, step, workspaces, resolver } = merging
  let hasRepaired = false
  const proved = await prove({ world, task, io, place }, {
    verify: step.verify, repair: resolver ? step.repair : 0, author: () => resolver?.author() ?? {},
    async again(message) {
      const isKnown = resolver?.author().agent !== undefined
      hasRepaired = true
      return resolver?.ask(isKnown ? message : mergedPrompt(task.sources(), message))
    },
  })
  if (!proved.ok || !hasRepaired) return proved.ok ? ok(merged) : proved
  const changed = await workspaces.changes(merged, proved.value)
  const denied = deniedChange(world, world.pipeline.agents.get(step.resolver ?? ''), changed) ?? (await leakIn(world, workspaces, merged, proved.value))
  if (denied) return err(denied)
  const sealed = await workspaces.seal(proved.value, task.inherited, textOf(task, resolver?.author() ?? {}))
  return sealed.ok ? sealed : err(workspaceFailure(sealed.error))
}

/** What is kept of it: the commit, its patch against what the run began from, and the files in it. */
async function keep({ task, io, workspaces, resolver }: Merging, commit: string): Promise<AttemptResult> {
  await workspaces.pin(task.node, commit)
  const base = task.base ?? commit
  await io.keep('change.patch', await workspaces.patch(base, commit))
  return { status: 'passed', commit, filesChanged: await workspaces.changes(base, commit), model: resolver?.author().model ?? null }
}

function textOf(task: AttemptTask, author: Author): CommitText {
  const { message, trailers } = commitText(task, author)
  return { message, trailers: [...trailers, ...task.sources().map(({ node, commit }) => ['Orch-Merged', `${node} ${commit}`] as const)] }
}
