import type { Failure } from '../run/failure.ts'
import type { Workspaces } from '../workspace/workspace.ts'
import type { StepWorld } from './world.ts'

/** What a change adds is looked at before anything may build on it: nobody takes back what was handed on. `from`, `to`: commits or trees. */
export async function leakIn(world: Pick<StepWorld, 'leaks'>, workspaces: Workspaces, from: string, to: string): Promise<Failure | undefined> {
  const patch = await workspaces.patch(from, to, 'added')
  const files = patch.split(/^diff --git /m).slice(1).flatMap((part) => {
    const added = part.split('\n').filter((line) => line.startsWith('+')).map((line) => line.slice(1))
    return world.leaks(added.join('\n')) ? [/^\+\+\+ (?:b\/)?(.*)$/m.exec(part)?.[1] ?? ''] : []
  })
  return files.length > 0 ? leakFailure(files) : undefined
}

function leakFailure(files: readonly string[]): Failure {
  const shown = files.slice(0, 5).map((file) => `\`${file}\``).join(', ')
  return { code: 'secret-leaked', message: `a secret stands in what was changed, and nothing of it is kept: ${shown}`, files }
}
