import { err, ok } from '../base/result.ts'
import type { Result } from '../base/result.ts'
import type { PullRequestSpec, Template } from '../pipeline/pipeline.ts'
import type { Failure } from '../run/failure.ts'
import type { Delivery, Messenger } from './delivery.ts'
import { renderText } from './environment.ts'
import { renderNeutral } from './neutral-text.ts'

/** Pushes the commit to a branch of the forge, and has one open pull request for it. */
export async function deliverPullRequest(delivery: Delivery): Promise<Result<{ branch?: string; pull_request?: string; number?: number }, Failure>> {
  const { world, io, step, commit } = delivery
  if (step.pullRequest === undefined) return ok({})
  const order = orderOf(delivery, step.pullRequest)
  if (!order.ok) return err({ code: 'expression-failed', message: `\`deliver.pull_request\` cannot be evaluated: ${order.error}` })
  if (order.value.base === '') return refused('the checkout is on no branch, so `deliver.pull_request.base` must name one')
  io.activity(`delivering a pull request from ${order.value.head}`)
  const forge = await world.forge(io.signal)
  if (!forge.ok) return refused(forge.error)
  const pushed = await forge.value.push(order.value.head, commit)
  if (!pushed.ok) return refused(pushed.error)
  const placed = await forge.value.pullRequest(order.value)
  if (!placed.ok) return refused(placed.error)
  const { url, already, number } = placed.value
  await io.emit({ type: 'delivered', kind: 'pull_request', target: order.value.head, commit, already, url })
  return ok({ branch: order.value.head, pull_request: url, number })
}

function orderOf({ world, task }: Delivery, { title, body, base, branch, draft, labels }: PullRequestSpec) {
  const texts: string[] = []
  const ownBranch = `orch-run/${task.pipeline.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '') || 'run'}/${task.run}`
  const parts: readonly (readonly [Template, typeof renderText])[] = [
    [title, renderNeutral], [body ?? `Made by the step \`${task.node}\` of the run \`${task.run}\` of \`${task.pipeline}\`.`, renderNeutral],
    [base ?? currentBranch(task.scope.contexts.git), renderText], [branch ?? ownBranch, renderText],
  ]
  for (const [template, render] of parts) {
    const rendered = render(world, task, template)
    if (!rendered.ok) return rendered
    texts.push(rendered.value)
  }
  const [shownTitle = '', shownBody = '', into = '', head = ''] = texts
  return ok({ head, base: into, title: shownTitle.replace(/\s+/g, ' ').trim().slice(0, 250), body: shownBody, draft, labels })
}

function currentBranch(git: unknown): string {
  return typeof git === 'object' && git !== null && 'branch' in git && typeof git.branch === 'string' ? git.branch : ''
}

/** Says it on the issue or pull request that set the run off, also where nothing was changed. */
export async function deliverComment({ world, task, io, step }: Messenger, commit: string | null): Promise<Result<{ comment?: string }, Failure>> {
  if (step.comment === undefined) return ok({})
  const text = renderNeutral(world, task, step.comment)
  if (!text.ok) return err({ code: 'expression-failed', message: `\`deliver.comment\` cannot be evaluated: ${text.error}` })
  io.activity('delivering a comment')
  const forge = await world.forge(io.signal)
  if (!forge.ok) return refused(forge.error)
  const placed = await forge.value.comment(text.value, `${task.pipeline}/${task.node}`)
  if (!placed.ok) return refused(placed.error)
  const { url, already, target } = placed.value
  await io.emit({ type: 'delivered', kind: 'comment', target, commit, already, url })
  return ok({ comment: url })
}

function refused(message: string): Result<never, Failure> {
  return err({ code: 'deliver-refused', message })
}
