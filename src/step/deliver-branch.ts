import { err, ok } from '../base/result.ts'
import type { Result } from '../base/result.ts'
import type { Failure } from '../run/failure.ts'
import type { Delivery } from './delivery.ts'
import { renderText } from './environment.ts'

/** Makes the branch, or moves it forward; one that is there already was delivered by an attempt that did not live to tell. */
export async function deliverBranch({ world, task, io, step, workspaces, commit }: Delivery): Promise<Result<{ branch?: string }, Failure>> {
  if (step.branch === undefined) return ok({})
  const branch = renderText(world, task, step.branch)
  if (!branch.ok) return err({ code: 'expression-failed', message: `\`deliver.branch\` cannot be evaluated: ${branch.error}` })
  io.activity(`delivering the branch ${branch.value}`)
  const published = await workspaces.publish(branch.value, commit)
  if (!published.ok) return err({ code: 'deliver-refused', message: published.error.message })
  await io.emit({ type: 'delivered', kind: 'branch', target: branch.value, commit, already: published.value === 'there' })
  return ok({ branch: branch.value })
}
