import { nearest } from '../document/suggest.ts'
import type { Diagnostic } from '../document/diagnostic.ts'
import { display } from '../document/display.ts'
import type { Document, ScalarNode } from '../document/document.ts'
import { report } from '../document/report.ts'
import { sourceOffset } from '../document/scalar.ts'
import type { Expressions } from './expression.ts'
import type { Fault } from './expression-fault.ts'
import { argumentMistake, FUNCTIONS } from './expression-functions.ts'
import { constantFaults } from './expression-constants.ts'
import { contextFault, nameFaults } from './expression-names.ts'
import { parts } from './expression-tree.ts'
import type { Term } from './expression-tree.ts'
import type { Names } from './names.ts'
import { scriptFaults } from './script-check.ts'
import { conditionExpression, hasExpression, scanTemplate } from './template.ts'
import type { ExpressionSegment } from './template.ts'

/** A value of the document in which expressions may stand, and what they may name there. */
export interface TemplateSite {
  readonly document: Document
  readonly node: ScalarNode
  readonly form: 'template' | 'condition' | 'script'
  readonly names: Names
}

/** More of one text nobody reads. */
const MOST_FAULTS = 100

/** All mistakes of one text's expressions, each on its own line and column. */
export function checkSite(site: TemplateSite, expressions: Expressions): Diagnostic[] {
  const { document, node, form, names } = site
  const text = node.value
  if (typeof text !== 'string' || node.broken) return []
  const faults = form === 'condition' ? conditionFaults(text, names, expressions) : templateFaults(text, names, expressions)
  const all = form === 'script' ? [...faults, ...scriptFaults(text, expressions)] : faults
  return all.slice(0, MOST_FAULTS).map((fault) => {
    const start = sourceOffset(document, node, fault.start)
    const end = sourceOffset(document, node, Math.max(fault.end - 1, fault.start)) + 1
    return report(document, { start, end }, fault.code, fault.severity ?? 'error', fault.message, { help: fault.help })
  })
}

function conditionFaults(text: string, names: Names, expressions: Expressions): Fault[] {
  const found = conditionExpression(text)
  if (found) return segmentFaults({ kind: 'expression', ...found }, names, expressions)
  const message = 'a condition is one expression, this text would always be true'
  const help = 'put all of it into one `${{ … }}`, or leave that out'
  const mixed: Fault = { code: 'condition-mixed', message, help, start: 0, end: text.length }
  return [mixed, ...templateFaults(text, names, expressions)]
}

function templateFaults(text: string, names: Names, expressions: Expressions): Fault[] {
  if (!hasExpression(text)) return []
  return scanTemplate(text).flatMap((segment) => (segment.kind === 'expression' ? segmentFaults(segment, names, expressions) : []))
}

function segmentFaults(segment: ExpressionSegment, names: Names, expressions: Expressions): Fault[] {
  if (!segment.closed) {
    const help = unclosedHelp(segment.source)
    const message = 'the expression does not end, `}}` is missing'
    return [{ code: 'expression-unclosed', message, help, start: segment.start - 3, end: segment.end }]
  }
  const faults = sourceFaults(segment.source, names, expressions)
  return faults.map((fault) => moved(fault, segment.start))
}

/** Why a `}}` may not have been found: it stands in a text that a single quote has begun. */
function unclosedHelp(source: string): string {
  const isInText = source.includes('}}') && (source.split("'").length - 1) % 2 === 1
  return isInText ? "a single quote inside a text is written twice: `'it''s'`" : 'a double brace ends an expression: `${{ inputs.name }}`'
}

function moved(fault: Fault, by: number): Fault {
  return { ...fault, start: fault.start + by, end: fault.end + by }
}

/** All mistakes of one expression, in the order of its text. */
function sourceFaults(source: string, names: Names, expressions: Expressions): Fault[] {
  const parsed = expressions.parse(source)
  if (parsed.ok) {
    const { term } = parsed.value
    const faults = [...nameFaults(term, names), ...callFaults(term, names), ...constantFaults(term, names)]
    return faults.sort((a, b) => a.start - b.start)
  }
  const unknown = (parsed.error.names ?? []).flatMap((mention) => {
    if (mention.kind === 'context' && mention.start === parsed.error.start) return []
    if (mention.kind === 'context') return contextFault(mention.name, mention, names) ?? []
    return FUNCTIONS.has(mention.name.toLowerCase()) ? [] : [unknownFunction(mention)]
  })
  return [...unknown, parsed.error]
}

function callFaults(term: Term, names: Names): Fault[] {
  return [...parts(term)].flatMap((part): Fault[] => {
    if (part.kind !== 'call') return []
    const signature = FUNCTIONS.get(part.name.toLowerCase())
    if (!signature) return [unknownFunction(part)]
    const place = { start: part.start, end: part.end }
    const mistake = argumentMistake(signature, part.args.length)
    if (mistake !== undefined) return [{ code: 'argument-count', message: mistake, ...place }]
    if (signature.status && !names.statusFunctions) {
      const message = `\`${signature.name}()\` can be asked in \`if\` only`
      return [{ code: 'status-function-misplaced', message, help: 'name the step: `steps.ID.status`', ...place }]
    }
    return []
  })
}

function unknownFunction({ name, start, end }: { readonly name: string; readonly start: number; readonly end: number }): Fault {
  const known = [...FUNCTIONS.values()].map((signature) => signature.name)
  const near = nearest(name, known)
  const help = near === undefined ? `functions are ${known.map((one) => `\`${one}\``).join(', ')}` : `did you mean \`${near}\`?`
  return { code: 'unknown-function', message: `there is no function \`${display(name)}\``, help, start, end }
}
