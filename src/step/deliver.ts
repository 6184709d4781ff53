import { err, ok } from '../base/result.ts'
import type { Result } from '../base/result.ts'
import type { DeliverStep } from '../pipeline/pipeline.ts'
import type { AttemptIo, AttemptResult, AttemptTask, StepKind } from '../run/contract.ts'
import type { Failure } from '../run/failure.ts'
import { deliverBranch } from './deliver-branch.ts'
import { deliverPatch } from './deliver-patch.ts'
import type { Delivery } from './delivery.ts'
import { blocking, checkFailure, judge } from './judge.ts'
import { atPlace, workspaceFailure } from './place.ts'
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
      const delivery = await prepare(world, task, io)
      if (!delivery.ok) return failed(delivery.error)
      if (delivery.value === undefined) return nothing(io)
      const unproven = await proveAgain(delivery.value)
      if (unproven) return unproven
      return io.signal.aborted ? { status: 'cancelled' } : handOn(delivery.value)
    },
  }
}

/** Undefined where nothing was changed. */
async function prepare(world: StepWorld, task: AttemptTask, io: AttemptIo): Promise<Result<Delivery | undefined, Failure>> {
  if (task.inherited.length === 0) return ok(undefined)
  const workspaces = await world.workspaces()
  if (!workspaces.ok) return workspaces
  const commit = await workspaces.value.combine(task.inherited)
  if (!commit.ok) return err(workspaceFailure(commit.error))
  await workspaces.value.pin(task.node, commit.value)
  return ok({ world, task, io, step: task.step as DeliverStep, workspaces: workspaces.value, commit: commit.value })
}

async function nothing(io: AttemptIo): Promise<AttemptResult> {
  const message = 'nothing that it needs has changed a file, so nothing was delivered'
  await io.emit({ type: 'noticed', severity: 'warning', code: 'nothing-delivered', message })
  return { status: 'passed', outputs: { commit: null } }
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

async function handOn(delivery: Delivery): Promise<AttemptResult> {
  const outputs: Record<string, string | null> = { commit: delivery.commit }
  for (const target of [deliverPatch, deliverBranch]) {
    const done = await target(delivery)
    if (!done.ok) return failed(done.error)
    Object.assign(outputs, done.value)
  }
  return { status: 'passed', outputs }
}

function refusal(message: string): Failure {
  return { code: 'deliver-refused', message }
}

function failed(failure: Failure): AttemptResult {
  return { status: 'failed', failure }
}
