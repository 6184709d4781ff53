import type { Failure } from '../run/failure.ts'
import { leaked } from '../workspace/failing.ts'
import type { Workspaces } from '../workspace/workspace.ts'
import { workspaceFailure } from './tree-place.ts'
import type { StepWorld } from './world.ts'

/** What a change adds is looked at before anything may build on it: nobody takes back what was handed on. `from`, `to`: commits or trees. */
export async function leakIn(world: Pick<StepWorld, 'leaks'>, workspaces: Workspaces, from: string, to: string): Promise<Failure | undefined> {
  const patch = await workspaces.patch(from, to, 'added')
  const files = patch.split(/^diff --git /m).slice(1).flatMap((part) => {
    const added = part.split('\n').filter((line) => line.startsWith('+')).map((line) => line.slice(1))
    return world.leaks(added.join('\n')) ? [/^\+\+\+ (?:b\/)?(.*)$/m.exec(part)?.[1] ?? ''] : []
  })
  return files.length > 0 ? workspaceFailure(leaked(files).error) : undefined
}
