import type { ApproveStep } from '../pipeline/pipeline.ts'
import type { StepKind } from '../run/contract.ts'
import { renderText } from './environment.ts'
import type { StepWorld } from './world.ts'

/** A question to a person. The run ends with it, and goes on when it was answered. */
export function approveKind(world: StepWorld): StepKind {
  return {
    async attempt(task) {
      const question = renderText(world, task, (task.step as ApproveStep).approve)
      if (!question.ok) return { status: 'failed', failure: { code: 'expression-failed', message: question.error } }
      return { status: 'waiting', outputs: { question: question.value } }
    },
  }
}
