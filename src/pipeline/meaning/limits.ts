import type { Diagnostic } from '../../document/diagnostic.ts'
import { report } from '../../document/report.ts'
import { field, textAt } from '../fields.ts'
import { quoted } from '../phrase.ts'
import type { Survey } from '../survey.ts'

/** A time zone that does not exist. */
export function limitMistakes({ document, root }: Survey): Diagnostic[] {
  const zone = textAt(field(root, 'limits'), 'zone')
  if (!zone || zone.name.trim() === '' || isZone(zone.name)) return []
  const message = `\`zone\` of \`limits\` must be an IANA time zone, such as \`UTC\` or \`Europe/Berlin\`, not ${quoted(zone.name)}`
  return [report(document, zone.node.span, 'bad-value', 'error', message)]
}

function isZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}
