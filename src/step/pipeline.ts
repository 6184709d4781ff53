import type { Pipeline, PipelineStep } from '../pipeline/pipeline.ts'
import type { StepKind } from '../run/contract.ts'
import { endOfNested } from './nested-end.ts'
import { withInputs } from './with-inputs.ts'
import type { StepWorld } from './world.ts'

/** Another pipeline as one step: its outputs are the step's, and the step carries what its last steps changed. */
export function pipelineKind(world: StepWorld, kindsOf: (world: StepWorld) => Readonly<Record<string, StepKind>>): StepKind {
  return {
    async attempt(task, io) {
      const step = task.step as PipelineStep
      const child = world.pipeline.children.get(step.pipeline)
      if (!child) throw new Error(`the pipeline ${step.pipeline} was not loaded`)
      const inputs = withInputs(step, child, world.expressions, task.scope)
      if (!inputs.ok) return { status: 'failed', failure: { code: 'expression-failed', message: inputs.error } }
      world.hide(secretValues(child, inputs.value))
      io.activity(`performing ${child.name}`)
      const kinds = kindsOf(world.nested(child, task))
      return endOfNested(await io.nest({ pipeline: child, inputs: inputs.value, kinds, expressions: world.expressions }), task, io)
    },
  }
}

function secretValues(child: Pipeline, inputs: Readonly<Record<string, unknown>>): string[] {
  return [...child.inputs.values()].flatMap(({ name, secret }) => {
    const value = inputs[name]
    return secret && (typeof value === 'string' || typeof value === 'number') ? [String(value)] : []
  })
}
