import type { JsonObject } from '../base/json.ts'
import { PortError } from '../base/ports.ts'
import type { RunStep } from '../pipeline/pipeline.ts'
import type { AttemptIo, AttemptResult, AttemptTask, StepKind } from '../run/contract.ts'
import type { Failure } from '../run/failure.ts'
import { commitPlace } from './commit.ts'
import { stepEnvironment } from './environment.ts'
import { parseOutputs, typedOutputs } from './outputs-file.ts'
import { atPlace } from './place.ts'
import type { Place } from './tree-place.ts'
import { runScript } from './script.ts'
import type { ScriptEnd } from './script.ts'
import type { StepWorld } from './world.ts'

/** A shell script in the checkout, or in a worktree of what the needed steps made; there its changes become a commit. */
export function runKind(world: StepWorld): StepKind {
  return {
    async attempt(task, io) {
      return atPlace(world, task, io, async (place) => perform(world, task, io, task.step as RunStep, place))
    },
  }
}

async function perform(world: StepWorld, task: AttemptTask, io: AttemptIo, step: RunStep, place: Place): Promise<AttemptResult> {
  const env = stepEnvironment(world, task, 'open')
  if (!env.ok) return { status: 'failed', failure: { code: 'expression-failed', message: env.error } }
  io.activity('running its script')
  const order = { script: step.run, shell: step.shell, cwd: place.cwd, env: { ...env.value, ORCH_OUTPUT: io.outputFile } }
  const ended = await runScript(world, task, io, order)
  if (!ended.ok) return { status: 'failed', failure: ended.error }
  if (ended.value.aborted) return { status: 'cancelled', exitCode: ended.value.exitCode }
  const { exitCode } = ended.value
  const outputs = await readOutputs(world, io, step)
  const kept = outputs.ok ? outputs.value : {}
  const failure = endFailure(ended.value) ?? (outputs.ok ? undefined : outputFailure(outputs.error))
  if (failure) return { status: 'failed', exitCode, outputs: kept, failure }
  const committed = await commitPlace(world, task, io, place, {})
  if (!committed.ok) return { status: 'failed', exitCode, outputs: kept, failure: committed.error }
  return { status: 'passed', exitCode, outputs: kept, commit: committed.value.commit, filesChanged: committed.value.files }
}

function endFailure(end: ScriptEnd): Failure | undefined {
  if (end.exitCode === 0) return undefined
  if (end.exitCode !== null) return { code: 'exit-code', message: `the script exited with code ${end.exitCode}`, exitCode: end.exitCode }
  const signal = end.signal ?? 'unknown'
  return { code: 'killed', message: `the script was ended by ${signal}`, signal }
}

function outputFailure(message: string): Failure {
  return { code: 'output-invalid', message }
}

async function readOutputs(world: StepWorld, io: AttemptIo, step: RunStep): Promise<{ ok: true; value: JsonObject } | { ok: false; error: string }> {
  const { files } = world.ports
  try {
    const text = (await files.stat(io.outputFile)) ? await files.read(io.outputFile) : ''
    if (text !== '') await files.remove(io.outputFile)
    const parsed = parseOutputs(text)
    return parsed.ok ? await typedOutputs(parsed.value, step.outputs) : parsed
  } catch (error) {
    if (error instanceof PortError) return { ok: false, error: `the outputs cannot be read: ${error.message}` }
    throw error
  }
}
