import { parseDuration } from '../../base/duration.ts'
import type { Diagnostic } from '../../document/diagnostic.ts'
import type { DocumentPath } from '../../document/document.ts'
import { nodeAt } from '../../document/locate.ts'
import { report } from '../../document/report.ts'
import { mentionOf } from '../fields.ts'
import { DURATION } from '../patterns.ts'
import { quoted, subjectOf } from '../phrase.ts'
import type { Survey } from '../survey.ts'

const FORM = new RegExp(DURATION, 'u')

/** Durations of the right form that are longer than a year, or shorter than a millisecond. */
export function durationMistakes(survey: Survey): Diagnostic[] {
  const { document, providers, checks, steps } = survey
  const paths: DocumentPath[] = [['limits', 'timeout']]
  for (const name of providers?.keys() ?? []) paths.push(['providers', name, 'timeout'])
  for (const name of checks?.keys() ?? []) paths.push(['checks', name, 'timeout'])
  for (const id of steps.keys()) paths.push(['steps', id, 'timeout'], ['steps', id, 'retry', 'backoff'], ['steps', id, 'retry', 'max_delay'])
  return paths.flatMap((path) => {
    const node = nodeAt(document, path)
    const text = node && mentionOf(node)
    if (!text || !FORM.test(text.name) || parseDuration(text.name) !== undefined) return []
    return [report(document, text.node.span, 'bad-duration', 'error', `${subjectOf(path)} must be between \`1ms\` and \`366d\`, not ${quoted(text.name)}`)]
  })
}
