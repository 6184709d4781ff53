import type { Diagnostic } from '../document/diagnostic.ts'
import type { Document, DocumentPath } from '../document/document.ts'
import { keySpanAt, nodeAt } from '../document/locate.ts'
import { report } from '../document/report.ts'
import { nearest } from '../document/suggest.ts'
import { explainKinds, kindsAt } from './explain-kind.ts'
import { nameSpan } from './mistake.ts'
import type { Mistake } from './mistake.ts'
import { FORMS, STEP_ID } from './patterns.ts'
import { allOf, didYouMean, oneOf, quoted, subjectOf } from './phrase.ts'
import { keysOf } from './shape.ts'
import { foreignKeys, STEP_KINDS } from './words.ts'

/**
 * What is wrong with the keys of one mapping: unknown, missing, misplaced, badly named. What an unknown key was meant to be is
 * not missing; one that is near nothing could be the kind of a step.
 */
export function explainKeys(document: Document, mistakes: readonly Mistake[]): Diagnostic[] {
  const owner = ownerOf(mistakes)
  const surplus = mistakes.filter((mistake) => mistake.error.keyword === 'additionalProperties')
  const unknown = surplus.map((mistake) => unknownKey(document, owner, mistake))
  const meant = new Set(unknown.flatMap(({ suggestion }) => suggestion ?? STEP_KINDS))
  const doubled = kindsAt(document, owner).length > 1
  return [
    ...unknown.map(({ diagnostic }) => diagnostic),
    ...mistakes.filter(({ error }) => error.keyword === 'propertyNames').map((mistake) => badName(document, owner, mistake)),
    ...(doubled ? explainKinds(document, owner) : [...misplaced(document, owner, mistakes), ...missing(document, owner, mistakes, meant)]),
  ]
}

function ownerOf(mistakes: readonly Mistake[]): DocumentPath {
  const [first] = mistakes
  if (!first) return []
  return first.error.keyword === 'false schema' ? first.path.slice(0, -1) : first.path
}

interface UnknownKey {
  readonly diagnostic: Diagnostic
  readonly suggestion: string | undefined
}

function unknownKey(document: Document, owner: DocumentPath, { error, shape }: Mistake): UnknownKey {
  const key = String(error.params.additionalProperty)
  const [kind] = kindsAt(document, owner)
  const foreign = new Set(kind ? foreignKeys(kind) : [])
  const known = keysOf(shape).filter((candidate) => !foreign.has(candidate))
  const suggestion = nearest(key, known) ?? habit(key, known)
  const help = /^[\u00A0\u2000-\u200A\u3000]/.test(key) ? 'indent it by ordinary spaces' : (didYouMean(suggestion) ?? `known are ${allOf(known)}`)
  const span = keySpanAt(document, [...owner, key]) ?? nameSpan(document, owner)
  const message = `${subjectOf(owner)} has an unknown key ${quoted(key)}`
  return { diagnostic: report(document, span, 'unknown-key', 'error', message, { help }), suggestion }
}

/** How other tools call what we call otherwise. */
const HABITS: Readonly<Record<string, string>> = {
  jobs: 'steps', tasks: 'steps', stages: 'steps', depends_on: 'needs', dependencies: 'needs', script: 'run', command: 'run', when: 'if',
  variables: 'env', environment: 'env', allow_failure: 'continue_on_error', strategy: 'matrix', system: 'instructions', retries: 'retry', uses: 'run',
}

function habit(key: string, known: readonly string[]): string | undefined {
  const ours = Object.hasOwn(HABITS, key) ? HABITS[key] : undefined
  return ours !== undefined && known.includes(ours) ? ours : undefined
}

function badName(document: Document, owner: DocumentPath, { error, shape }: Mistake): Diagnostic {
  const key = String(error.params.propertyName)
  const names = shape.propertyNames as { readonly pattern?: string } | undefined
  const form = FORMS.get(names?.pattern ?? '')
  const span = keySpanAt(document, [...owner, key]) ?? nameSpan(document, owner)
  const message = `${quoted(key)} is not a valid name in ${subjectOf(owner)}, it must be ${form?.wanted ?? 'another'}`
  return report(document, span, form?.code ?? 'bad-name', 'error', message, { help: names?.pattern === STEP_ID ? idHelp(key) : undefined })
}

/** The id that an author of capitals, blanks or dots may have meant. */
function idHelp(key: string): string | undefined {
  const id = key.toLowerCase().replace(/[^a-z0-9_-]+/g, '-').replace(/^[^a-z]+|-+$/g, '')
  return new RegExp(STEP_ID, 'u').test(id) ? `write ${quoted(id)}` : undefined
}

function misplaced(document: Document, owner: DocumentPath, mistakes: readonly Mistake[]): Diagnostic[] {
  const keys = new Set(mistakes.flatMap(({ error, path }) => (error.keyword === 'false schema' ? [String(path.at(-1))] : [])))
  return [...keys].map((key) => {
    const span = keySpanAt(document, [...owner, key]) ?? nameSpan(document, owner)
    const message = `${subjectOf(owner)} cannot have ${quoted(key)}: ${whyNot(document, owner, key)}`
    return report(document, span, 'misplaced-key', 'error', message)
  })
}

/** Keys in whose place another one may stand. */
const RIVALS: Partial<Readonly<Record<string, string>>> = { route: 'model' }

function whyNot(document: Document, owner: DocumentPath, key: string): string {
  const [kind] = kindsAt(document, owner)
  if (kind && foreignKeys(kind).includes(key)) return `it is ${kind.startsWith('a') ? 'an' : 'a'} \`${kind}\` step`
  const rival = key.endsWith('_file') ? key.slice(0, -'_file'.length) : RIVALS[key]
  if (rival !== undefined && nodeAt(document, [...owner, rival])) return `it has ${quoted(rival)} already`
  if (owner[0] === 'mcp' && owner.length === 2) return `it has ${quoted(nodeAt(document, [...owner, 'command']) ? 'command' : 'url')}`
  const type = nodeAt(document, [...owner, 'type'])
  return type?.kind === 'scalar' ? `its type is ${quoted(String(type.value))}` : 'its type is another'
}

function missing(document: Document, owner: DocumentPath, mistakes: readonly Mistake[], meant: ReadonlySet<string>): Diagnostic[] {
  const groups = new Map<string, string[]>()
  for (const { error } of mistakes) {
    if (error.keyword !== 'required') continue
    const key = String(error.params.missingProperty)
    const choice = error.schemaPath.lastIndexOf('/anyOf/')
    const group = choice < 0 ? `${error.schemaPath}/${key}` : error.schemaPath.slice(0, choice)
    groups.set(group, [...(groups.get(group) ?? []), key])
  }
  const wanting = [...groups.values()].filter((keys) => !keys.some((key) => meant.has(key)))
  return wanting.flatMap((keys) => {
    const kinds = explainKinds(document, owner, keys)
    if (kinds.length > 0) return kinds
    const message = `${subjectOf(owner)} must have ${oneOf(keys)}`
    return [report(document, nameSpan(document, owner), 'missing-key', 'error', message)]
  })
}
