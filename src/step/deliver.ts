import { ok } from '../base/result.ts'
import type { Result } from '../base/result.ts'
import type { DeliverStep } from '../pipeline/pipeline.ts'
import type { AttemptResult, StepKind } from '../run/contract.ts'
import type { Failure } from '../run/failure.ts'
import { deliverBranch } from './deliver-branch.ts'
import { deliverComment, deliverPullRequest } from './deliver-forge.ts'
import { deliverPatch } from './deliver-patch.ts'
import type { Delivery, Messenger } from './delivery.ts'
import { blocking, checkFailure, judge } from './judge.ts'
import { inheritedCommits } from './inherited.ts'
import { atPlace } from './place.ts'
import { checksAbove, proofOf } from './proof.ts'
import type { StepWorld } from './world.ts'

/**
 * Hands on what the needed steps made. Every target finds out by itself what is there already, so that an attempt that was
 * killed between two of them, or after one, is simply made again.
 */
export function deliverKind(world: StepWorld): StepKind {
  return {
    delivers: true,
    async attempt(task, io) {
      const messenger = { world, task, io, step: task.step as DeliverStep }
      const delivery = await prepare(messenger)
      if (!delivery.ok) return failed(delivery.error)
      const unproven = delivery.value && (await proveAgain(delivery.value))
      if (unproven) return unproven
      return io.signal.aborted ? { status: 'cancelled' } : handOn(messenger, delivery.value)
    },
  }
}

/** Undefined where nothing was changed, or where only a message is delivered. */
async function prepare(messenger: Messenger): Promise<Result<Delivery | undefined, Failure>> {
  const { world, task, io, step } = messenger
  const isMessage = step.patch === undefined && step.branch === undefined && step.pullRequest === undefined
  if (task.inherited.length === 0 || isMessage) return ok(undefined)
  const workspaces = await world.workspaces()
  if (!workspaces.ok) return workspaces
  const commits = await inheritedCommits(world, task, io, workspaces.value)
  if (!commits.ok) return commits
  const commit = commits.value[0] ?? ''
  await workspaces.value.pin(task.node, commit)
  return ok({ ...messenger, workspaces: workspaces.value, commit })
}

/** Makes every check again that this very tree has not passed. Undefined: the commit is proven, or need not be. */
async function proveAgain({ world, task, io, step, workspaces, commit }: Delivery): Promise<AttemptResult | undefined> {
  const tree = await workspaces.treeOf(commit)
  const checks = checksAbove(world.pipeline, step.id)
  const hasProof = (name: string): boolean => {
    const check = world.checks.get(name)
    const wanted = check && proofOf(world, check, tree)
    return task.proofs.some((proof) => proof.tree === wanted?.tree && proof.check === wanted.check)
  }
  const missing = checks.filter((name) => !hasProof(name))
  if (missing.length === 0) {
    // A called pipeline has verified it by checks of its own, or nobody has.
    const isProven = checks.length > 0 || step.unverified || task.proofs.some((proof) => proof.tree === tree)
    return isProven ? undefined : failed(refusal('no check has passed on exactly what is to be delivered; verify it in this pipeline'))
  }
  return atPlace(world, task, io, async (place) => {
    const verdicts = await judge({ world, task, io, place }, missing, 0, tree)
    if (io.signal.aborted) return { status: 'cancelled' }
    if (!verdicts.ok) return failed(verdicts.error)
    const bad = blocking(verdicts.value)
    return bad.length === 0 ? { status: 'passed' } : failed(checkFailure(bad, ' on what was to be delivered'))
  }).then((result) => (result.status === 'passed' ? undefined : result))
}

async function handOn(messenger: Messenger, delivery: Delivery | undefined): Promise<AttemptResult> {
  const { io, step } = messenger
  const outputs: Record<string, string | number | null> = { commit: delivery?.commit ?? null }
  if (delivery) {
    for (const target of [deliverPatch, deliverBranch, deliverPullRequest]) {
      const done = await target(delivery)
      if (!done.ok) return failed(done.error)
      Object.assign(outputs, done.value)
    }
  } else if (step.patch !== undefined || step.branch !== undefined || step.pullRequest !== undefined) {
    const message = 'nothing that it needs has changed a file, so nothing was delivered'
    await io.emit({ type: 'noticed', severity: 'warning', code: 'nothing-delivered', message })
  }
  const said = await deliverComment(messenger, delivery?.commit ?? null)
  return said.ok ? { status: 'passed', outputs: { ...outputs, ...said.value } } : failed(said.error)
}

function refusal(message: string): Failure {
  return { code: 'deliver-refused', message }
}

function failed(failure: Failure): AttemptResult {
  return { status: 'failed', failure }
}
