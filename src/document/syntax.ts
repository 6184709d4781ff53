import { DEEPEST } from './anchors.ts'
import { display } from './display.ts'
import { explained } from './mistake.ts'
import type { Explanation, Rule, Stop } from './mistake.ts'
import { lineEnd, lineStart } from './skip.ts'
import { colonInValue, deeperThanNeighbours, directive, listOnKeyLine, missingColon, tabAsIndentation, wrongLevel } from './syntax-layout.ts'
import { expressionInFlow, mustache, unclosed } from './syntax-open.ts'
import { badEscape, badName, blockHeader, missingComma, reservedStart, textBehindQuote, undeclaredTag } from './syntax-value.ts'

/** A mistake of syntax in words for people: where the parser stopped is often not where the author went wrong. */
export function explain(text: string, position: number, reason: string): Explanation {
  const at = Math.max(Math.min(position, text.length), 0)
  const stop: Stop = { text, at, reason, line: { start: lineStart(text, at), end: lineEnd(text, at) } }
  for (const rule of RULES) {
    const found = rule(stop)
    if (found) return found
  }
  return explained(at, at, `this is no YAML: ${display(reason, 120)}`)
}

const tooDeep: Rule = ({ at, reason }) =>
  reason.startsWith('nesting exceeded')
    ? explained(at, at, `the file is nested more than ${DEEPEST} levels deep`, 'make it flatter', 'too-deep')
    : undefined

/** The first that recognises its mistake explains it. */
const RULES: readonly Rule[] = [
  tooDeep,
  directive,
  tabAsIndentation,
  mustache,
  expressionInFlow,
  unclosed,
  colonInValue,
  deeperThanNeighbours,
  listOnKeyLine,
  textBehindQuote,
  reservedStart,
  missingColon,
  missingComma,
  badEscape,
  undeclaredTag,
  blockHeader,
  badName,
  wrongLevel,
]
