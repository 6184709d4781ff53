import type { Json } from '../../base/json.ts'
import type { Diagnostic } from '../../document/diagnostic.ts'
import type { Pair } from '../../document/document.ts'
import { report } from '../../document/report.ts'
import { nearest } from '../../document/suggest.ts'
import { toValue } from '../../document/value.ts'
import { field, mentionsIn, textAt } from '../fields.ts'
import { valueFault } from '../inputs.ts'
import { didYouMean, found, quoted } from '../phrase.ts'
import type { InputSpec } from '../pipeline.ts'
import type { Survey } from '../survey.ts'

/** Defaults that are not of their type, or are no option. */
export function inputMistakes(survey: Survey): Diagnostic[] {
  return [...(survey.inputs?.values() ?? [])].flatMap((pair) => defaultMistake(survey, pair))
}

const TYPES: readonly InputSpec['type'][] = ['string', 'number', 'boolean', 'choice', 'json']

/** The type and options of an input, as far as they can be read; one of an unknown type may hold anything. */
export function inputSpecOf(pair: Pair): Pick<InputSpec, 'type' | 'options'> {
  const word = textAt(pair.value, 'type')?.name ?? 'string'
  const type = TYPES.find((known) => known === word) ?? 'json'
  return { type, options: mentionsIn(field(pair.value, 'options')).map((option) => option.name) }
}

function defaultMistake({ document }: Survey, pair: Pair): Diagnostic[] {
  const node = field(pair.value, 'default')
  const spec = inputSpecOf(pair)
  if (!node || (spec.type === 'choice' && spec.options.length === 0)) return []
  const value: Json = toValue(node)
  const fault = valueFault(spec, value)
  if (fault === undefined) return []
  const help = spec.type === 'choice' && typeof value === 'string' ? didYouMean(nearest(value, spec.options)) : quotesHelp(spec.type, value)
  const message = `the default of input ${quoted(pair.key)} must be ${fault}, not ${found(node)}`
  return [report(document, node.span, 'bad-default', 'error', message, { help })]
}

function quotesHelp(type: string, value: Json): string | undefined {
  return type === 'string' && (typeof value === 'number' || typeof value === 'boolean') ? 'put it in quotes' : undefined
}
