import type { Conflict } from '../base/conflict.ts'
import { err, ok } from '../base/result.ts'
import type { Result } from '../base/result.ts'
import type { ConflictPolicy } from '../pipeline/pipeline.ts'
import type { AttemptIo, AttemptTask } from '../run/contract.ts'
import type { ChangesMerged } from '../run/work-event.ts'
import type { Failure } from '../run/failure.ts'
import type { Source } from '../run/sources.ts'
import { conflictWords } from '../workspace/conflict-failure.ts'
import type { CommitText, Knot, Workspaces } from '../workspace/workspace.ts'
import type { Resolver } from './resolver.ts'
import { workspaceFailure } from './tree-place.ts'

/** Changes that a step sees, to become one commit. */
export interface Gathering {
  readonly task: AttemptTask
  readonly io: AttemptIo
  readonly workspaces: Workspaces
  readonly policy: ConflictPolicy
  /** Who is asked by the policy `agent`. */
  readonly resolver: Resolver | undefined
  /** Of a step that does nothing else: it makes one commit, and tells also that nothing was in the way. */
  readonly text?: () => CommitText
}

/** So many contradictions are kept with the run. */
const MOST_KEPT = 100
const MOST_NAMED = 8

/** Merges what the step sees in its order; what was decided, by whom, and what nobody decided, is told by an event. */
export async function bringTogether(gathering: Gathering): Promise<Result<string, Failure>> {
  const { task, io, workspaces, policy, resolver, text } = gathering
  const sources = task.sources()
  const met: Conflict[] = []
  const resolve = async (knot: Knot): Promise<Result<string, Failure>> => {
    met.push(...knot.conflicts)
    tellConflicts(io, knot.conflicts)
    return resolver ? resolver.resolve(knot, sources) : err({ code: 'internal', message: 'nobody resolves contradictions' })
  }
  io.activity('merging')
  const sides = sources.map(({ commit, node }) => ({ commit, name: node }))
  const merged = await workspaces.merge<Failure>({ sides, policy: policy === 'agent' ? resolve : policy, ...(text === undefined ? {} : { text }) })
  const left = !merged.ok && merged.error.code === 'merge-conflict' ? (merged.error.conflicts ?? []) : []
  const found = policy === 'agent' ? met : merged.ok ? merged.value.conflicts : left
  if (policy !== 'agent') tellConflicts(io, found)
  if (text !== undefined || found.length > 0) {
    await io.emit({
      type: 'changes-merged', sides: sources.map(({ node, commit }) => ({ node, commit })), policy, conflicts: found.slice(0, MOST_KEPT),
      outcome: outcomeOf(merged.ok, policy, found), resolver: policy === 'agent' && found.length > 0 ? (resolver?.agent ?? null) : null,
      commit: merged.ok ? merged.value.commit : null,
    })
  }
  if (!merged.ok) return err(withSides(workspaceFailure(merged.error), task.sources()))
  if (policy === 'agent' && found.length > 0) await workspaces.pin(`${task.node}~merged`, merged.value.commit)
  return ok(merged.value.commit)
}

function outcomeOf(isMerged: boolean, policy: ConflictPolicy, found: readonly Conflict[]): ChangesMerged['outcome'] {
  if (!isMerged) return 'failed'
  if (found.length === 0) return 'clean'
  return policy === 'agent' ? 'resolved' : 'decided'
}

/** In the log and in the transcript, each with its places. */
function tellConflicts(io: AttemptIo, conflicts: readonly Conflict[]): void {
  for (const conflict of conflicts) {
    io.output('stderr', `${conflictWords(conflict)}\n`)
    io.transcript({ type: 'conflict', ...conflict, hunks: conflict.hunks.map((hunk) => ({ base: { ...hunk.base }, ours: { ...hunk.ours }, theirs: { ...hunk.theirs } })) })
  }
}

/** Nothing is lost by a merge that failed: where each side lies is said with it. */
function withSides(failure: Failure, sources: readonly Source[]): Failure {
  if (failure.code !== 'merge-conflict') return failure
  const kept = sources.slice(0, MOST_NAMED).map(({ node, commit }) => `\`${node}\` in ${commit.slice(0, 12)}`)
  const more = sources.length > MOST_NAMED ? ` and ${sources.length - MOST_NAMED} more` : ''
  return { ...failure, message: `${failure.message}; each side is kept: ${kept.join(', ')}${more}` }
}
