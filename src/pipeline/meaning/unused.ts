import type { Diagnostic } from '../../document/diagnostic.ts'
import type { DocumentNode } from '../../document/document.ts'
import { keySpanAt } from '../../document/locate.ts'
import type { DocumentPath } from '../../document/document.ts'
import { report } from '../../document/report.ts'
import { field, itemsOf, textAt } from '../fields.ts'
import { subjectOf } from '../phrase.ts'
import type { Survey } from '../survey.ts'

/** Keys of the right form and place that do nothing beside, or without, another one. */
export function unusedMistakes(survey: Survey): Diagnostic[] {
  return [...inSteps(survey), ...inAgents(survey), ...inInputs(survey)]
}

function inSteps(survey: Survey): Diagnostic[] {
  return [...survey.steps.values()].flatMap(({ id, node, agent, checks }) => {
    const found: Diagnostic[] = []
    const repair = number(field(node, 'repair'))
    if (agent && checks.length === 0 && repair !== undefined && repair > 0 && repair <= 100) {
      found.push(unused(survey, ['steps', id, 'repair'], 'no check judges the work', 'name checks in `verify`'))
    }
    const retry = field(node, 'retry')
    if (retry?.kind === 'mapping' && retry.pairs.size > 0 && (number(field(retry, 'attempts')) ?? 1) === 1) {
      found.push(unused(survey, ['steps', id, 'retry'], 'there is one attempt only', 'write `attempts: 2` or more'))
    }
    return found
  })
}

function inAgents(survey: Survey): Diagnostic[] {
  return [...(survey.agents?.values() ?? [])].flatMap(({ key, value }) => {
    const permissions = textAt(value, 'permissions')?.name
    if (itemsOf(field(value, 'allow_commands')).length === 0 || (permissions !== 'full' && permissions !== 'read-only')) return []
    const why = permissions === 'full' ? '`permissions: full` allows any command' : '`permissions: read-only` allows no command'
    return [unused(survey, ['agents', key, 'allow_commands'], why, 'write `permissions: limited`')]
  })
}

function inInputs(survey: Survey): Diagnostic[] {
  return [...(survey.inputs?.values() ?? [])].flatMap(({ key, value }) => {
    const required = field(value, 'required')
    if (required?.kind !== 'scalar' || required.value !== true || !field(value, 'default')) return []
    return [unused(survey, ['inputs', key, 'required'], 'it has a `default`', 'leave out one of the two')]
  })
}

function number(node: DocumentNode | undefined): number | undefined {
  return node?.kind === 'scalar' && typeof node.value === 'number' ? node.value : undefined
}

function unused({ document }: Survey, path: DocumentPath, why: string, help: string): Diagnostic {
  const span = keySpanAt(document, path) ?? { start: 0, end: 0 }
  return report(document, span, 'unused-key', 'warning', `${subjectOf(path)} does nothing: ${why}`, { help })
}
