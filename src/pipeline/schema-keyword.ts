import type { DocumentNode, Pair } from '../document/document.ts'
import { nodeAt } from '../document/locate.ts'
import type { Span } from '../document/span.ts'
import { nearest } from '../document/suggest.ts'
import { mentionOf } from './fields.ts'
import { didYouMean, found, oneOf, quoted } from './phrase.ts'

/** What is wrong with one keyword of an author's JSON Schema. */
export interface KeywordFault {
  readonly span: Span
  readonly severity?: 'warning'
  readonly message: string
  readonly help?: string | undefined
}

const TYPES = ['string', 'number', 'integer', 'boolean', 'object', 'array', 'null']

type Form = readonly [wanted: string, fits: (node: DocumentNode) => boolean]

const SCHEMA: Form = ['a schema', (node) => node.kind === 'mapping' || isOf(node, 'boolean')]
const SCHEMAS: Form = ['a list of schemas', (node) => node.kind === 'sequence' && node.items.length > 0]
const BY_NAME: Form = ['a mapping', (node) => node.kind === 'mapping']
const COUNT: Form = ['a whole number of at least 0', (node) => node.kind === 'scalar' && Number.isInteger(node.value) && Number(node.value) >= 0]
const NUMBER: Form = ['a number', (node) => isOf(node, 'number')]
const FLAG: Form = ['`true` or `false`', (node) => isOf(node, 'boolean')]
const NAMES: Form = ['a list of names', (node) => node.kind === 'sequence' && node.items.every((item) => isOf(item, 'string'))]
const ANY: Form = ['anything', () => true]
const TEXT: Form = ['a text', (node) => isOf(node, 'string')]
const VALUES: Form = ['a list of values that is not empty', (node) => node.kind === 'sequence' && node.items.length > 0]

/** The keywords of JSON Schema 2020-12, with what each of them holds; made for a pipeline that has schemas, which most have not. */
const keywords = (): ReadonlyMap<string, Form> => new Map<string, Form>([
  ...each(SCHEMA, ['items', 'additionalProperties', 'not', 'contains', 'propertyNames', 'if', 'then', 'else', 'unevaluatedItems', 'unevaluatedProperties']),
  ...each(SCHEMAS, ['allOf', 'anyOf', 'oneOf', 'prefixItems']),
  ...each(BY_NAME, ['properties', 'patternProperties', '$defs', 'dependentSchemas', 'dependentRequired']),
  ...each(COUNT, ['minLength', 'maxLength', 'minItems', 'maxItems', 'minProperties', 'maxProperties', 'minContains', 'maxContains']),
  ...each(NUMBER, ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum']),
  ['multipleOf', ['a number above 0', (node) => node.kind === 'scalar' && Number(node.value) > 0]],
  ...each(FLAG, ['uniqueItems', 'readOnly', 'writeOnly', 'deprecated']),
  ...each(TEXT, ['title', 'description', 'format', 'pattern', '$comment', '$ref', '$id', '$schema', '$anchor', 'contentEncoding', 'contentMediaType']),
  ...each(ANY, ['const', 'default', 'type', 'contentSchema', '$dynamicRef', '$dynamicAnchor', '$vocabulary']),
  ['required', NAMES], ['enum', VALUES], ['examples', ['a list', (node) => node.kind === 'sequence']],
])

const memo: { keywords?: ReadonlyMap<string, Form> } = {}

/** Judges one keyword; `schema` is the whole schema, in which references must lead somewhere. */
export function keywordFault({ key, keySpan, value }: Pair, schema: DocumentNode): KeywordFault | undefined {
  const form = (memo.keywords ??= keywords()).get(key)
  if (!form) return unknownKeyword(key, keySpan)
  if (key === 'type') return typeFault(value)
  if (!form[1](value)) return { span: spanOf(value, keySpan), message: `${quoted(key)} of a JSON Schema must be ${form[0]}, not ${found(value)}` }
  if (key === '$ref') return referenceFault(value, schema)
  return key === 'pattern' ? patternFault(value) : undefined
}

/** JSON Schema lets unknown keywords pass, and they do nothing: what is near a known one is hardly meant so. */
function unknownKeyword(key: string, span: Span): KeywordFault | undefined {
  if (key.startsWith('x-')) return undefined
  const near = didYouMean(nearest(key, keywords().keys()))
  const message = `${quoted(key)} is no keyword of JSON Schema, it would do nothing`
  return near === undefined ? { span, message, severity: 'warning', help: 'leave it out' } : { span, message, help: near }
}

function typeFault(type: DocumentNode): KeywordFault | undefined {
  const wrong = (type.kind === 'sequence' ? type.items : [type]).find((node) => !TYPES.includes(mentionOf(node)?.name ?? ''))
  if (!wrong) return undefined
  const word = mentionOf(wrong)?.name
  const help = word === undefined ? undefined : didYouMean(nearest(word, TYPES))
  return { span: wrong.span, message: `the \`type\` of a JSON Schema must be ${oneOf(TYPES)}, not ${found(wrong)}`, help }
}

function referenceFault(node: DocumentNode, schema: DocumentNode): KeywordFault | undefined {
  const target = mentionOf(node)?.name ?? ''
  if (target === '#') return undefined
  if (!target.startsWith('#/')) return { span: node.span, message: 'a `$ref` must lead to a part of the same schema', help: 'begin it with `#/`, such as `#/$defs/name`' }
  const path = target.slice(2).split('/').map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
  return leads(schema, path) ? undefined : { span: node.span, message: `the schema has nothing at ${quoted(target)}` }
}

function leads(schema: DocumentNode, path: readonly string[]): boolean {
  let at: DocumentNode | undefined = schema
  for (const part of path) at = at && nodeAt({ file: '', text: '', root: at }, [at.kind === 'sequence' ? Number(part) : part])
  return at !== undefined
}

function patternFault(node: DocumentNode): KeywordFault | undefined {
  try {
    RegExp(mentionOf(node)?.name ?? '', 'u')
    return undefined
  } catch {
    return { span: node.span, message: 'the `pattern` of a JSON Schema is no regular expression' }
  }
}

function spanOf(node: DocumentNode, key: Span): Span {
  return node.span.end > node.span.start ? node.span : key
}

function isOf(node: DocumentNode, type: 'string' | 'number' | 'boolean'): boolean {
  return node.kind === 'scalar' && typeof node.value === type
}

function each(form: Form, keys: readonly string[]): [string, Form][] {
  return keys.map((key) => [key, form])
}
