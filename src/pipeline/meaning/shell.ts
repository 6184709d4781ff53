import type { Diagnostic } from '../../document/diagnostic.ts'
import { report } from '../../document/report.ts'
import { textAt } from '../fields.ts'
import { POSIX_LIKE } from '../patterns.ts'
import { quoted } from '../phrase.ts'
import type { StepView, Survey } from '../survey.ts'
import { hasExpression } from '../template.ts'

/** Expressions in a script whose language has no `"$NAME"`. */
export function shellMistakes({ document, steps }: Survey): Diagnostic[] {
  return [...steps.values()].flatMap((step) => {
    const run = textAt(step.node, 'run')
    if (!run || !hasExpression(run.name) || isPosix(step)) return []
    const script = `step ${quoted(step.id)} has an expression in a script for ${quoted(programOf(step))}`
    const message = `${script}, which only a POSIX shell could take as a variable`
    return [report(document, run.node.span, 'shell-expression', 'error', message, { help: 'give the value to the script by `env`' })]
  })
}

/** Whether a step's script is read by a POSIX-like shell. */
export function isPosix(step: StepView): boolean {
  return POSIX_LIKE.test(programOf(step))
}

function programOf({ node }: StepView): string {
  return textAt(node, 'shell')?.name.trim().split(/\s+/)[0] ?? 'bash'
}
