import { dirname, join } from 'node:path'
import { PortError } from '../base/ports.ts'
import { err, ok } from '../base/result.ts'
import type { Result } from '../base/result.ts'
import { INSIDE_PATH } from '../pipeline/patterns.ts'
import type { Failure } from '../run/failure.ts'
import type { Delivery } from './delivery.ts'
import { renderText } from './environment.ts'

const INSIDE = new RegExp(INSIDE_PATH, 'u')

/** Writes the whole change since the run's base, as `git apply` takes it: the old file or the whole new one, never a part. */
export async function deliverPatch({ world, task, io, step, workspaces, commit }: Delivery): Promise<Result<{ patch?: string }, Failure>> {
  if (step.patch === undefined) return ok({})
  const path = renderText(world, task, step.patch)
  if (!path.ok) return err({ code: 'expression-failed', message: `\`deliver.patch\` cannot be evaluated: ${path.error}` })
  if (!INSIDE.test(path.value)) return err({ code: 'deliver-refused', message: `the patch cannot be written to \`${path.value}\`, which is no relative path inside this folder` })
  io.activity(`delivering the patch ${path.value}`)
  const text = await workspaces.patch(task.base ?? commit, commit, 'whole')
  const full = join(world.checkout.cwd, path.value)
  const { files } = world.ports
  try {
    const already = (await files.stat(full))?.kind === 'file' && (await files.read(full)) === text
    if (!already) {
      await files.makeFolder(dirname(full))
      await files.replace(full, text, 0o644, join(world.stateDir, 'runs', task.run))
    }
    await io.emit({ type: 'delivered', kind: 'patch', target: path.value, commit, already })
    return ok({ patch: path.value })
  } catch (error) {
    if (!(error instanceof PortError)) throw error
    return err({ code: 'deliver-refused', message: `the patch cannot be written to \`${path.value}\`: ${error.message}` })
  }
}
