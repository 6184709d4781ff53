import type { Diagnostic } from '../../document/diagnostic.ts'
import type { DocumentNode, Pair } from '../../document/document.ts'
import { display } from '../../document/display.ts'
import { report } from '../../document/report.ts'
import { nearest } from '../../document/suggest.ts'
import { toValue } from '../../document/value.ts'
import { field, pairsOf } from '../fields.ts'
import { valueFault } from '../inputs.ts'
import { didYouMean, found, oneOf, quoted } from '../phrase.ts'
import { callsOf } from '../survey.ts'
import type { Call, Survey } from '../survey.ts'
import { hasExpression } from '../template.ts'
import { inputSpecOf } from './inputs.ts'

/** Calls of pipelines that are not there, or that do not take what they are given. */
export function pipelineMistakes(survey: Survey): Diagnostic[] {
  return callsOf(survey).flatMap((call) => [...readMistakes(survey, call), ...inputMistakes(survey, call)])
}

function readMistakes({ document, children }: Survey, { path }: Call): Diagnostic[] {
  const fault = children.get(path.name)
  if (!fault || 'root' in fault) return []
  const help = fault.code === 'file-missing' ? 'the path is relative to the folder of this file' : undefined
  return [report(document, path.node.span, fault.code, 'error', display(fault.message, 300), { help })]
}

function inputMistakes(survey: Survey, { step, path, child }: Call): Diagnostic[] {
  const declared = child?.inputs
  if (!declared) return []
  const given = field(step.node, 'with')
  if (given && given.kind !== 'mapping') return []
  const pairs = pairsOf(given)
  const names = new Set(pairs.map((pair) => pair.key))
  const missing = [...declared.values()].filter(({ key, value }) => isRequired(value) && !names.has(key)).map((pair) => pair.key)
  const place = step.node.pairs.get('with')?.keySpan ?? path.node.span
  return [
    ...missing.map((name) => {
      const message = `step ${quoted(step.id)} does not give the input ${quoted(name)}, which ${quoted(path.name)} requires`
      return report(survey.document, place, 'missing-input', 'error', message, { help: given ? `add ${quoted(name)} to it` : `write \`with: { ${name}: … }\`` })
    }),
    ...pairs.flatMap((pair) => {
      const input = declared.get(pair.key)
      return input ? typeMistake(survey, path.name, pair, input) : [unknownInput(survey, path.name, pair, [...declared.keys()])]
    }),
  ]
}

function isRequired(input: DocumentNode): boolean {
  const required = field(input, 'required')
  return required?.kind === 'scalar' && required.value === true && !field(input, 'default')
}

function unknownInput({ document }: Survey, path: string, { key, keySpan }: Pair, known: readonly string[]): Diagnostic {
  const help = didYouMean(nearest(key, known)) ?? (known.length === 0 ? 'it has no inputs' : `its inputs are ${oneOf(known)}`)
  return report(document, keySpan, 'unknown-input', 'error', `the pipeline ${quoted(path)} has no input ${quoted(key)}`, { help })
}

/** What holds an expression is judged when it is known. */
function typeMistake({ document }: Survey, path: string, { key, value }: Pair, input: Pair): Diagnostic[] {
  const spec = inputSpecOf(input)
  const given = toValue(value)
  if ((typeof given === 'string' && hasExpression(given)) || (spec.type === 'choice' && spec.options.length === 0)) return []
  const fault = valueFault(spec, given)
  if (fault === undefined) return []
  const isLooksText = spec.type === 'string' && (typeof given === 'number' || typeof given === 'boolean')
  const near = spec.type === 'choice' && typeof given === 'string' ? didYouMean(nearest(given, spec.options)) : undefined
  const message = `the input ${quoted(key)} of ${quoted(path)} must be ${fault}, not ${found(value)}`
  return [report(document, value.span, 'bad-input', 'error', message, { help: isLooksText ? 'put it in quotes' : near })]
}
