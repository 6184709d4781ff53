import { err, ok } from '../base/result.ts'
import type { Result } from '../base/result.ts'
import type { AttemptIo, AttemptTask } from '../run/contract.ts'
import type { Failure } from '../run/failure.ts'
import type { Collected, CommitText } from '../workspace/workspace.ts'
import { workspaceFailure } from './place.ts'
import type { Place } from './place.ts'
import type { StepWorld } from './world.ts'
import type { Worktree } from './worktree.ts'

/** Who made a change, for the trailers of its commit. */
export interface Author {
  readonly agent?: string | undefined
  readonly model?: string | undefined
}

const NOTHING: Collected = { tree: '', commit: null, files: [] }

/** What was changed in a worktree as one commit, kept from git's garbage collection, with its patch beside the log. */
export async function commitPlace(world: Pick<StepWorld, 'leaks'>, task: AttemptTask, io: AttemptIo, place: Place, author: Author): Promise<Result<Collected, Failure>> {
  const collected = await collectPlace(task, place, author)
  if (!collected.ok || !place.worktree || collected.value.commit === null) return collected
  const { workspaces, workspace } = place.worktree
  const leaked = await leakedFiles(world, place.worktree, collected.value.commit)
  if (leaked.length > 0) return err(leakFailure(leaked))
  await workspaces.pin(task.node, collected.value.commit)
  await io.keep('change.patch', await workspaces.patch(workspace.base, collected.value.commit))
  return collected
}

/** What a commit adds is looked at before anything may build on it: nobody takes back what was handed on. */
async function leakedFiles(world: Pick<StepWorld, 'leaks'>, { workspaces, workspace }: Worktree, commit: string): Promise<string[]> {
  const patch = await workspaces.patch(workspace.base, commit, 'added')
  return patch.split(/^diff --git /m).slice(1).flatMap((part) => {
    const added = part.split('\n').filter((line) => line.startsWith('+')).map((line) => line.slice(1))
    return world.leaks(added.join('\n')) ? [/^\+\+\+ (?:b\/)?(.*)$/m.exec(part)?.[1] ?? ''] : []
  })
}

function leakFailure(files: readonly string[]): Failure {
  const shown = files.slice(0, 5).map((file) => `\`${file}\``).join(', ')
  return { code: 'secret-leaked', message: `a secret stands in what was changed, and nothing of it is kept: ${shown}`, files }
}

/** The same without keeping it: what a check is to judge before anybody knows whether it stays. */
export async function collectPlace(task: AttemptTask, place: Place, author: Author): Promise<Result<Collected, Failure>> {
  if (!place.worktree) return ok(NOTHING)
  const { workspaces, workspace } = place.worktree
  const collected = await workspaces.collect(workspace, commitText(task, author))
  return collected.ok ? collected : err(workspaceFailure(collected.error))
}

export function commitText(task: AttemptTask, author: Author): CommitText {
  return { message: subject(task), trailers: trailers(task, author) }
}

function subject(task: AttemptTask): string {
  return `orch-run: ${task.node}`
}

function trailers(task: AttemptTask, author: Author): (readonly [string, string])[] {
  const all: (readonly [string, string | undefined])[] = [
    ['Orch-Pipeline', task.pipeline], ['Orch-Run', task.run], ['Orch-Step', task.node], ['Orch-Agent', author.agent], ['Orch-Model', author.model],
  ]
  return all.flatMap(([name, value]) => (value === undefined || value === '' ? [] : [[name, value.replace(/\s+/g, ' ')] as const]))
}
