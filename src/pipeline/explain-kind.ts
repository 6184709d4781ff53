import type { Diagnostic } from '../document/diagnostic.ts'
import type { Document, DocumentPath } from '../document/document.ts'
import { keySpanAt, nodeAt } from '../document/locate.ts'
import { report } from '../document/report.ts'
import { nameSpan } from './mistake.ts'
import { oneOf, quoted, subjectOf } from './phrase.ts'
import { KIND_KEYS, STEP_KINDS } from './words.ts'
import { isPromptAlone } from './survey.ts'
import type { StepKindWord } from './words.ts'

/** The kinds that a step says to be, in the order of the file; none for anything else. */
export function kindsAt(document: Document, path: DocumentPath): StepKindWord[] {
  const node = path.length === 2 && path[0] === 'steps' ? nodeAt(document, path) : undefined
  if (node?.kind !== 'mapping') return []
  if (isPromptAlone(node) && nodeAt(document, ['defaults', 'agent'])) return ['agent']
  return [...node.pairs.keys()].filter((key): key is StepKindWord => (STEP_KINDS as readonly string[]).includes(key))
}

/** A step of several kinds, or of none: then `missing` holds the keys of which one is wanted. Nothing for all other mappings. */
export function explainKinds(document: Document, path: DocumentPath, missing: readonly string[] = []): Diagnostic[] {
  const [first, second] = kindsAt(document, path)
  if (first && second) {
    const span = keySpanAt(document, [...path, second]) ?? nameSpan(document, path)
    const message = `${subjectOf(path)} has both \`${first}\` and \`${second}\`, a step is of one kind`
    return [report(document, span, 'several-kinds', 'error', message, { help: 'make two steps of it' })]
  }
  if (!STEP_KINDS.every((kind) => missing.includes(kind))) return []
  const hint = hintOf(document, path)
  const message = hint
    ? `${subjectOf(path)} has ${quoted(hint.key)}, but no ${quoted(hint.kind)}`
    : `${subjectOf(path)} does not say what to do, it must have one of ${oneOf(STEP_KINDS)}`
  const help = hint?.kind === 'agent' ? 'name an agent, or one for all such steps by `defaults.agent`' : undefined
  return [report(document, nameSpan(document, path), 'missing-kind', 'error', message, { help })]
}

/** A key of the step that only one kind has. */
function hintOf(document: Document, path: DocumentPath): { kind: StepKindWord; key: string } | undefined {
  const node = nodeAt(document, path)
  if (node?.kind !== 'mapping') return undefined
  for (const key of node.pairs.keys()) {
    const owners = STEP_KINDS.filter((kind) => KIND_KEYS[kind].includes(key))
    if (owners.length === 1 && owners[0]) return { kind: owners[0], key }
  }
  return undefined
}
