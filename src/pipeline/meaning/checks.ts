import type { Diagnostic } from '../../document/diagnostic.ts'
import type { Pair } from '../../document/document.ts'
import { report } from '../../document/report.ts'
import { display } from '../../document/display.ts'
import { pairsOf, mentionOf, textAt, field } from '../fields.ts'
import { FORMS, INSIDE_PATH } from '../patterns.ts'
import { quoted } from '../phrase.ts'
import type { Survey } from '../survey.ts'

const INSIDE = new RegExp(INSIDE_PATH, 'u')

/** Regular expressions that do not compile, reports that lie outside. */
export function checkMistakes(survey: Survey): Diagnostic[] {
  return [...(survey.checks?.values() ?? [])].flatMap((check) => patternMistakes(survey, check).concat(reportMistakes(survey, check.key)))
}

function patternMistakes({ document }: Survey, { key, value }: Pair): Diagnostic[] {
  return pairsOf(field(value, 'expect')).flatMap((pair) => {
    const pattern = pair.key === 'exit_code' ? undefined : mentionOf(pair.value)
    const fault = pattern && compileFault(pattern.name)
    if (!pattern || fault === undefined) return []
    const message = `${quoted(pair.key)} of check ${quoted(key)} is no regular expression: ${fault}`
    return [report(document, pattern.node.span, 'bad-pattern', 'error', message)]
  })
}

function reportMistakes({ document, checks }: Survey, name: string): Diagnostic[] {
  const format = textAt(checks?.get(name)?.value, 'report')
  const path = /^(?:junit|sarif):(.+)$/s.exec(format?.name ?? '')?.[1]
  if (!format || path === undefined || INSIDE.test(path)) return []
  const message = `the reports of check ${quoted(name)} must be ${FORMS.get(INSIDE_PATH)?.wanted ?? ''}, not ${quoted(path)}`
  return [report(document, format.node.span, 'bad-path', 'error', message)]
}

/** Why a pattern does not compile, in the words of the engine, which repeats the pattern before them. */
function compileFault(pattern: string): string | undefined {
  try {
    RegExp(pattern, 'ms')
    return undefined
  } catch (error) {
    const said = error instanceof Error ? error.message : ''
    return display(said.slice(said.lastIndexOf(': ') + 2).toLowerCase())
  }
}
