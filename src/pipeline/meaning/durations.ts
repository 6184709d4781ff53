import { parseDuration } from '../../base/duration.ts'
import type { Diagnostic } from '../../document/diagnostic.ts'
import type { DocumentNode, DocumentPath } from '../../document/document.ts'
import { report } from '../../document/report.ts'
import { field, textAt } from '../fields.ts'
import { DURATION } from '../patterns.ts'
import { quoted, subjectOf } from '../phrase.ts'
import type { Survey } from '../survey.ts'

const FORM = new RegExp(DURATION, 'u')

/** Durations of the right form that are longer than a year, or shorter than a millisecond. */
export function durationMistakes({ document, root, providers, agents, routes, checks, steps }: Survey): Diagnostic[] {
  const mistakes: Diagnostic[] = []
  const look = (holder: DocumentNode | undefined, key: string, path: DocumentPath): void => {
    const text = textAt(holder, key)
    if (!text || !FORM.test(text.name) || parseDuration(text.name) !== undefined) return
    const message = `${subjectOf([...path, key])} must be between \`1ms\` and \`366d\`, not ${quoted(text.name)}`
    mistakes.push(report(document, text.node.span, 'bad-duration', 'error', message))
  }
  for (const key of ['timeout', 'max_wait']) look(field(root, 'limits'), key, ['limits'])
  look(field(root, 'defaults'), 'timeout', ['defaults'])
  for (const key of ['backoff', 'max_delay']) look(field(field(root, 'defaults'), 'retry'), key, ['defaults', 'retry'])
  for (const { key, value } of providers?.values() ?? []) look(value, 'timeout', ['providers', key])
  for (const { key, value } of agents?.values() ?? []) look(value, 'stall_timeout', ['agents', key])
  for (const { key, value } of checks?.values() ?? []) look(value, 'timeout', ['checks', key])
  for (const { key: route, value } of routes?.values() ?? []) {
    for (const key of ['backoff', 'max_delay']) look(field(value, 'retry'), key, ['routes', route, 'retry'])
    look(field(value, 'breaker'), 'cooldown', ['routes', route, 'breaker'])
  }
  for (const { id, node } of steps.values()) {
    look(node, 'timeout', ['steps', id])
    for (const key of ['backoff', 'max_delay']) look(field(node, 'retry'), key, ['steps', id, 'retry'])
  }
  return mistakes
}
