import { neutral } from '../base/neutral.ts'
import { ok } from '../base/result.ts'
import type { Result } from '../base/result.ts'
import type { Template } from '../pipeline/pipeline.ts'
import { scanTemplate } from '../pipeline/template.ts'
import type { AttemptTask } from '../run/contract.ts'
import { renderText } from './environment.ts'
import type { StepWorld } from './world.ts'

/** A text for others to read: what its author wrote stays as it is, what expressions put into it commands nobody. */
export function renderNeutral(world: StepWorld, task: AttemptTask, template: Template): Result<string, string> {
  const parts: string[] = []
  for (const segment of scanTemplate(template)) {
    if (segment.kind === 'text') {
      parts.push(segment.text)
      continue
    }
    const rendered = renderText(world, task, `\${{ ${segment.source} }}`)
    if (!rendered.ok) return rendered
    parts.push(neutral(rendered.value))
  }
  return ok(parts.join(''))
}
