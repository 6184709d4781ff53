import type { Diagnostic } from '../document/diagnostic.ts'
import type { Document } from '../document/document.ts'
import { display } from '../document/display.ts'
import { report } from '../document/report.ts'
import { nearest } from '../document/suggest.ts'
import { valueSpan } from './mistake.ts'
import type { Mistake } from './mistake.ts'
import { DURATION, FILLED, FORMS, FREE, LIST_EXPRESSION, REPORT, TOOL } from './patterns.ts'
import { KEY_NAME } from './secret.ts'
import { didYouMean, found, oneOf, quoted, subjectOf } from './phrase.ts'
import type { Shape } from './shape.ts'
import { TOOL_GROUPS } from './words.ts'

/** What is wrong with a value. */
export function explainValue(document: Document, mistake: Mistake): Diagnostic[] {
  const told = tell(mistake)
  if (!told) return []
  return [report(document, valueSpan(document, mistake.path), told.code, 'error', told.message, { help: told.help })]
}

interface Told {
  readonly code: string
  readonly message: string
  readonly help?: string | undefined
}

function tell(mistake: Mistake): Told | undefined {
  const { error, path, node, shape } = mistake
  const subject = subjectOf(path)
  switch (error.keyword) {
    case 'type':
      return { code: 'wrong-type', message: `${subject} must be ${wanted(shape)}${insteadOf(mistake)}`, help: typeHelp(mistake) }
    case 'enum': {
      const words = error.params.allowedValues as readonly string[]
      const message = `${subject} must be ${oneOf(words)}, not ${found(node)}`
      return { code: 'unknown-value', message, help: didYouMean(near(mistake, words)) }
    }
    case 'const':
      return { code: 'unknown-value', message: `${subject} must be ${String(error.params.allowedValue)}, not ${found(node)}` }
    case 'minimum': case 'maximum': {
      const bound = `${error.keyword === 'minimum' ? 'at least' : 'at most'} ${grouped(Number(error.params.limit))}`
      return { code: 'out-of-range', message: `${subject} must be a number of ${bound}, not ${plain(mistake)}` }
    }
    case 'minItems':
      return { code: 'empty-value', message: `${subject} is empty, it must hold at least one value` }
    case 'minProperties':
      return { code: 'empty-value', message: `${subject} is empty, it must hold at least one entry` }
    case 'pattern':
      return formMistake(mistake)
    default:
      return undefined
  }
}

function formMistake(mistake: Mistake): Told {
  const pattern = String(mistake.error.params.pattern)
  const form = FORMS.get(pattern) ?? { code: 'bad-value', wanted: `a text that matches \`${pattern}\`` }
  const help = pattern === TOOL ? toolHelp(mistake) : pattern === REPORT ? didYouMean(nearReport(mistake)) : pattern === FREE ? didYouMean(near(mistake, ['free'])) : undefined
  if (pattern === FILLED) return { code: form.code, message: `${subjectOf(mistake.path)} must not be empty` }
  return { code: form.code, message: `${subjectOf(mistake.path)} must be ${form.wanted}${insteadOf(mistake)}`, help }
}

/** What was found; not where it may be a key that somebody wrote in the place of its name. */
function insteadOf({ path, node }: Mistake): string {
  return path.at(-1) === KEY_NAME ? '' : `, not ${found(node)}`
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'a text', number: 'a number', integer: 'a whole number', boolean: '`true` or `false`', object: 'a mapping', array: 'a list',
}

function typesOf(shape: Shape): string[] {
  return (Array.isArray(shape.type) ? shape.type : [shape.type]).map(String)
}

/** What may stand there, as exactly as the schema knows it. */
function wanted(shape: Shape): string {
  const types = typesOf(shape)
  if (shape.const !== undefined) return JSON.stringify(shape.const)
  if (Array.isArray(shape.enum)) return oneOf(shape.enum.map(String))
  const form = FORMS.get(String(shape.pattern))
  if (form && (types.length === 1 || form.isWhole === true) && shape.pattern !== FILLED && form.code !== 'bad-name') return form.wanted
  const all = types.map((type) => TYPES[type] ?? type)
  return all.length < 2 ? (all[0] ?? '') : `${all.slice(0, -1).join(', ')} or ${all.at(-1)}`
}

function typeHelp({ path, node, shape }: Mistake): string | undefined {
  const types = typesOf(shape)
  const isText = types.includes('string')
  const isScalar = node?.kind === 'scalar' && node.value !== null
  if (path.length === 1 && path[0] === 'steps') return 'give each step a name, and below it what it does: `build: { run: … }`'
  if (path.length === 0) return 'a pipeline is a mapping with `steps`'
  if (path.length === 2 && path[0] === 'steps' && isScalar && /^[\w-]+:\S/.test(plain({ node }))) return 'write a space behind the colon'
  if (path.length === 2 && path[0] === 'steps' && isScalar) return 'a step is a mapping: write `{ run: … }`'
  if (shape.pattern === DURATION && isScalar) return 'write the unit: `5s`, `5m`'
  if (path.at(-1) === 'run' && node?.kind === 'sequence') return 'write one text: `run: |` and a line for each command'
  if (path.at(-1) === KEY_NAME) return 'name the variable that holds the key'
  if (path.length === 4 && path[0] === 'steps' && path[2] === 'outputs' && isScalar) return `write a schema: \`{ type: ${display(plain({ node }), 40)} }\``
  if ((shape.pattern === LIST_EXPRESSION || types.includes('array')) && isScalar) return `write a list: \`[${display(plain({ node }), 60)}]\``
  if (isNumberInQuotes(types, shape, node)) return 'leave the quotes out'
  if (isText && isScalar && new RegExp(typeof shape.pattern === 'string' ? shape.pattern : '', 'u').test(plain({ node }))) return 'put it in quotes'
  return undefined
}

/** A tool by its own name, where the group that it belongs to is wanted. */
function toolHelp(mistake: Mistake): string | undefined {
  const { node } = mistake
  const tool = node?.kind === 'scalar' ? String(node.value) : ''
  const group = TOOL_GROUPS.find(([, tools]) => tools.includes(tool))
  return group ? `${quoted(tool)} comes with \`${group[0]}\`` : didYouMean(near(mistake, TOOL_WORDS))
}

const TOOL_WORDS = TOOL_GROUPS.map(([name]) => name)

/** A format of reports: what stands behind a colon is no part of its name. */
function nearReport({ node }: Mistake): string | undefined {
  const word = node?.kind === 'scalar' && typeof node.value === 'string' ? node.value : ''
  const format = word.replace(/:.*$/s, '')
  const name = format === 'junit' || format === 'sarif' ? format : nearest(format, ['tsc', 'eslint-json', 'junit', 'sarif'])
  return name === 'junit' ? 'junit:GLOB' : name === 'sarif' ? 'sarif:PATH' : name
}

/** A text that would be right as the number, or as `true` or `false`, that it spells. */
function isNumberInQuotes(types: readonly string[], shape: Shape, node: Mistake['node']): boolean {
  if (node?.kind !== 'scalar' || typeof node.value !== 'string') return false
  if (types.includes('boolean')) return node.value === 'true' || node.value === 'false'
  return (types.includes('number') || types.includes('integer') || typeof shape.const === 'number') && /^-?\d+(\.\d+)?$/.test(node.value)
}

function near({ node }: Mistake, words: readonly string[]): string | undefined {
  return node?.kind === 'scalar' && typeof node.value === 'string' ? nearest(node.value, words) : undefined
}

function plain({ node }: Pick<Mistake, 'node'>): string {
  return node?.kind === 'scalar' ? String(node.value) : found(node)
}

function grouped(value: number): string {
  return value.toLocaleString('en-US')
}
