import { runCheck } from '../check/run-check.ts'
import type { Verdict } from '../check/check.ts'
import { err, ok } from '../base/result.ts'
import type { Result } from '../base/result.ts'
import type { CheckSpec } from '../pipeline/check-spec.ts'
import { compileScript, renderVariables } from '../pipeline/script.ts'
import type { AttemptIo, AttemptTask } from '../run/contract.ts'
import type { Failure } from '../run/failure.ts'
import { stepEnvironment } from './environment.ts'
import { proofOf } from './proof.ts'
import type { Place } from './tree-place.ts'
import type { StepWorld } from './world.ts'

/** An attempt at its place of work. */
export interface Bench {
  readonly world: StepWorld
  readonly task: AttemptTask
  readonly io: AttemptIo
  readonly place: Place
}

/** The longest that a check may take where its author says nothing. */
const CHECK_TIMEOUT_MS = 600_000

/**
 * Makes the named checks one after the other in a place; every verdict is an event, and a proof where the place holds a tree
 * that is known. Stops early only when the run does.
 */
export async function judge(bench: Bench, names: readonly string[], round: number, tree?: string): Promise<Result<readonly Verdict[], Failure>> {
  const { world, io, place } = bench
  const verdicts: Verdict[] = []
  // The author's own checkout is his to run; a worktree holds what agents wrote.
  const enclosed = place.enclosures && names.length > 0 ? await place.enclosures.forChecks() : undefined
  if (enclosed?.ok === false) return enclosed
  for (const name of names) {
    const check = world.checks.get(name)
    if (!check) return err({ code: 'program-missing', message: `the check \`${name}\` is neither declared nor detected`, program: name })
    io.activity(`checking ${name}`)
    const verdict = await judgeOne(bench, enclosed?.value.ports ?? world.ports, check)
    if (!verdict.ok) return verdict
    if (io.signal.aborted) return ok(verdicts)
    verdicts.push(verdict.value)
    const { output: _output, ...result } = verdict.value
    await io.emit({ type: 'check-finished', round, result, ...(tree === undefined ? {} : { proof: proofOf(world, check, tree) }) })
  }
  return ok(verdicts)
}

async function judgeOne({ world, task, io, place }: Bench, ports: StepWorld['ports'], check: CheckSpec): Promise<Result<Verdict, Failure>> {
  // What stands in a worktree is what agents wrote: it sees no more of the environment than they do.
  const env = stepEnvironment(world, task, place.worktree ? 'narrow' : 'open')
  if (!env.ok) return err({ code: 'expression-failed', message: env.error })
  const compiled = compileScript(check.run)
  const variables = world.expressions ? renderVariables(compiled, world.expressions, task.scope) : ok({})
  if (!variables.ok) return err({ code: 'expression-failed', message: variables.error })
  const order = {
    name: check.name, kind: check.kind, script: world.expressions ? compiled.script : check.run, cwd: place.cwd, root: place.root,
    env: { ...env.value, ...variables.value }, timeoutMs: check.timeoutMs ?? CHECK_TIMEOUT_MS, expect: check.expect,
    report: check.report, gate: check.gate,
  }
  return ok(await runCheck(order, ports, { signal: io.signal, output: (stream, chunk) => io.output(stream, chunk) }))
}

/** The verdicts that fail a step. */
export function blocking(verdicts: readonly Verdict[]): readonly Verdict[] {
  return verdicts.filter((verdict) => verdict.status === 'failed' && verdict.gate === 'block')
}

export function checkFailure(failed: readonly Verdict[], why = ''): Failure {
  const names = failed.map((verdict) => verdict.name)
  const told = failed.map((verdict) => `\`${verdict.name}\` (${verdict.message ?? 'failed'})`).join(', ')
  return { code: 'check-failed', message: `${names.length === 1 ? 'the check' : 'the checks'} ${told} failed${why}`, checks: names }
}
