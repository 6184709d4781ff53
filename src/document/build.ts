import { EVENT_ID } from 'js-yaml'
import type { DocumentEvent, Event, MappingEvent, ScalarEvent, SequenceEvent } from 'js-yaml'
import { createAnchors } from './anchors.ts'
import type { Measured } from './anchors.ts'
import type { DocumentNode } from './document.ts'
import type { Findings } from './finding.ts'
import { addMeasured, closeFrame, openFrame, placeOfEmpty } from './frames.ts'
import type { Frame } from './frames.ts'
import { checkTag, scalarNode } from './scalar-node.ts'
import type { Reading } from './scalar-node.ts'
import { lineEnd, nextLine, skipBlank } from './skip.ts'

/**
 * The tree of the first document of a text, built from the parser's events in one pass. Whatever the language does not allow is
 * told; what stands in its place is left out or broken.
 */
export function build(text: string, events: readonly Event[], findings: Findings): DocumentNode | undefined {
  const anchors = createAnchors(findings)
  const stack: Frame[] = []
  let reading: Reading = { text, findings, handles: new Map() }
  let root: DocumentNode | undefined
  /** Everything before it has been read. */
  let cursor = 0
  let isSecond = false

  const place = (measured: Measured): void => {
    const frame = stack.at(-1)
    cursor = measured.node.span.end
    if (frame) addMeasured(frame, measured, reading)
    else root = measured.node
  }
  const anchorOf = (event: Anchored): ReturnType<typeof anchors.declare> | undefined =>
    event.anchorStart < 0 ? undefined : anchors.declare(text.slice(event.anchorStart, event.anchorEnd))

  const scalar = (event: ScalarEvent): void => {
    const properties = Math.max(event.anchorEnd, event.tagEnd)
    const after = properties >= 0 ? properties : event.valueStart < 0 ? placeOfEmpty(text, cursor, stack.at(-1)) : cursor
    const measured = { node: scalarNode(reading, event, after), size: 1, height: 0 }
    const anchor = anchorOf(event)
    if (anchor) anchor.value = measured
    place(measured)
  }
  const open = (event: SequenceEvent | MappingEvent, next: Event | undefined): void => {
    const frame = openFrame(text, event, next, anchorOf(event))
    checkTag(reading, event, frame.kind)
    cursor = frame.opener === 0 ? event.start : event.start + 1
    stack.push(frame)
  }
  const close = (): void => {
    const frame = stack.pop()
    if (!frame) return
    const measured = closeFrame(text, frame, cursor)
    if (frame.anchor) frame.anchor.value = measured
    place(measured)
  }
  const begin = (event: DocumentEvent): void => {
    const handles = event.directives.flatMap((given) => (given.kind === 'tag' ? ([[given.handle, given.prefix]] as const) : []))
    reading = { ...reading, handles: new Map(handles) }
    cursor = startOfDocument(text, event.explicitStart)
  }

  for (let at = 0; at < events.length && !isSecond; at++) {
    const event = events[at]
    if (event === undefined) break
    if (event.type === EVENT_ID.SCALAR) scalar(event)
    else if (event.type === EVENT_ID.POP) close()
    else if (event.type === EVENT_ID.ALIAS) {
      const span = { start: event.anchorStart - 1, end: event.anchorEnd }
      place(anchors.resolve(text.slice(event.anchorStart, event.anchorEnd), span, stack.length))
    } else if (event.type !== EVENT_ID.DOCUMENT) open(event, events[at + 1])
    else if (at === 0) begin(event)
    else isSecond = true
  }
  if (isSecond) tellSecond(text, cursor, findings)
  return root
}

type Anchored = Pick<ScalarEvent, 'anchorStart' | 'anchorEnd'>

/** Behind the directives and the `---` of a document. */
function startOfDocument(text: string, isExplicit: boolean): number {
  let at = skipBlank(text, 0)
  while (text.startsWith('%', at)) at = skipBlank(text, nextLine(text, lineEnd(text, at)))
  return isExplicit ? at + 3 : at
}

function tellSecond(text: string, after: number, findings: Findings): void {
  let start = skipBlank(text, after)
  while (text.startsWith('...', start)) start = skipBlank(text, start + 3)
  const span = { start, end: Math.min(start + 3, text.length) }
  findings.error(span, 'several-documents', 'a second document begins here, and a file may hold only one', {
    help: 'put it into a file of its own, or remove the `---`',
  })
}
