import { COLLECTION_STYLE, EVENT_ID } from 'js-yaml'
import type { Event, MappingEvent, SequenceEvent } from 'js-yaml'
import type { Anchor, Measured } from './anchors.ts'
import { display } from './display.ts'
import type { DocumentNode, Pair, ScalarNode } from './document.ts'
import { mergeSources, spread } from './merge.ts'
import type { Merge } from './merge.ts'
import type { Reading } from './scalar-node.ts'
import { skipBlank, skipMarks } from './skip.ts'
import type { Span } from './span.ts'

/** A collection that is still being read. */
export interface Frame {
  readonly kind: 'sequence' | 'mapping'
  readonly start: number
  /** `[` or `{`; 0 for what is written as a block, and for a single pair in a flow sequence. */
  readonly opener: number
  readonly anchor: Anchor | undefined
  readonly items: DocumentNode[]
  readonly pairs: Map<string, Pair>
  readonly merges: Merge[]
  /** Read, and waiting for its value. */
  key: Key | undefined
  size: number
  height: number
}

interface Key {
  readonly text: string
  readonly span: Span
  /** A refused key takes its value with it. */
  readonly role: 'own' | 'merge' | 'refused'
}

const BRACKET = 91
const BRACE = 123

/** `next` is the event after it: only by that a pair whose key is a flow mapping differs from the flow mapping itself. */
export function openFrame(text: string, event: SequenceEvent | MappingEvent, next: Event | undefined, anchor: Anchor | undefined): Frame {
  const kind = event.type === EVENT_ID.SEQUENCE ? 'sequence' : 'mapping'
  const unit = event.style === COLLECTION_STYLE.FLOW ? text.charCodeAt(event.start) : 0
  const isPair = next !== undefined && (next.type === EVENT_ID.MAPPING || next.type === EVENT_ID.SEQUENCE) && next.start === event.start
  const opener = (unit === BRACKET || unit === BRACE) && !isPair ? unit : 0
  return { kind, start: event.start, opener, anchor, items: [], pairs: new Map(), merges: [], key: undefined, size: 1, height: 0 }
}

/** The node of a collection whose last child ends at `cursor`. */
export function closeFrame(text: string, frame: Frame, cursor: number): Measured {
  const end = frame.opener === 0 ? Math.max(cursor, frame.start) : Math.min(skipMarks(text, cursor) + 1, text.length)
  const span = { start: frame.start, end }
  const { size } = frame
  const height = frame.height + 1
  if (frame.kind === 'sequence') return { node: { kind: 'sequence', span, items: frame.items }, size, height }
  const pairs = frame.merges.length === 0 ? frame.pairs : spread(frame.pairs, frame.merges)
  return { node: { kind: 'mapping', span, pairs }, size, height }
}

/** Where a scalar without text, tag and anchor would stand: behind the mark that asks for it. */
export function placeOfEmpty(text: string, cursor: number, frame: Frame | undefined): number {
  if (!frame) return cursor
  const at = skipBlank(text, cursor)
  if (frame.kind === 'sequence') return text.charAt(at) === '-' ? at + 1 : cursor
  if (!frame.key) return at
  return text.charAt(at) === ':' ? at + 1 : cursor
}

/** Puts a child into the collection that is being read: an item, a key or the value of the key before. */
export function addMeasured(frame: Frame, child: Measured, reading: Reading): void {
  frame.size += child.size
  if (child.height > frame.height) frame.height = child.height
  if (frame.kind === 'sequence') frame.items.push(child.node)
  else if (frame.key === undefined) frame.key = keyOf(child.node, reading)
  else {
    if (frame.key.role === 'own') addPair(frame, frame.key, child.node, reading)
    else if (frame.key.role === 'merge') {
      frame.merges.push({ sources: mergeSources(child.node, reading.findings), before: frame.pairs.size })
    }
    frame.key = undefined
  }
}

function addPair(frame: Frame, key: Key, value: DocumentNode, reading: Reading): void {
  const first = frame.pairs.get(key.text)
  if (first) tellDuplicate(reading, key, first.keySpan)
  else frame.pairs.set(key.text, { key: key.text, keySpan: key.span, value })
}

function tellDuplicate(reading: Reading, key: Key, first: Span): void {
  reading.findings.error(key.span, 'duplicate-key', `duplicate key \`${display(key.text)}\`: a mapping may have each key only once`, {
    help: 'remove one of the two, or give it another name',
    related: [{ span: first, message: 'it is already here' }],
  })
}

/** Keys are texts: a number, boolean or null is the key as it is written. */
function keyOf(node: DocumentNode, reading: Reading): Key {
  const { span } = node
  if (node.kind !== 'scalar') return refuse(reading, node)
  if (node.broken) return { text: '', span, role: 'refused' }
  const text = typeof node.value === 'string' ? node.value : writtenText(reading.text, node.target ?? node)
  if (text === '' && node.style === 'plain' && span.start === span.end) return refuse(reading, node)
  return { text, span, role: text === '<<' && node.style === 'plain' && !node.target ? 'merge' : 'own' }
}

function writtenText(text: string, node: ScalarNode): string {
  return node.style === 'plain' ? text.slice(node.span.start, node.span.end) : String(node.value)
}

function refuse(reading: Reading, node: DocumentNode): Key {
  const { span } = node
  const { findings } = reading
  if (node.kind === 'scalar') {
    const help = 'write a key, or put the value in quotes if a text is meant'
    findings.error({ start: span.start, end: span.start + 1 }, 'empty-key', 'a key is missing in front of this colon', { help })
  } else if (isMustache(reading.text, span)) {
    const help = 'write an expression as `${{ … }}`, or put the value in quotes if the text itself is meant'
    const message = 'a mapping cannot be a key, and `{{` begins a mapping inside a mapping'
    findings.error({ start: span.start - 1, end: span.start + 1 }, 'complex-key', message, { help })
  } else findings.error(span, 'complex-key', `a ${node.kind} cannot be a key, a key must be a text`, { help: 'write the key as a text' })
  return { text: '', span, role: 'refused' }
}

function isMustache(text: string, span: Span): boolean {
  return text.charAt(span.start) === '{' && text.charAt(span.start - 1) === '{'
}
