import { display } from './display.ts'
import type { DocumentNode } from './document.ts'
import type { Findings } from './finding.ts'
import { brokenNode } from './scalar-node.ts'
import type { Span } from './span.ts'
import { nearest } from './suggest.ts'

/** A node together with how many nodes it has and how deep it is when every alias is written out. */
export interface Measured {
  readonly node: DocumentNode
  readonly size: number
  readonly height: number
}

/** What a name stands for; nothing yet while its own node is still being read. */
export interface Anchor {
  value: Measured | undefined
}

export interface Anchors {
  /** A name that is declared again means the new node from there on. */
  declare(name: string): Anchor
  /** What an alias repeats, with the span of the alias; broken where that is refused. `depth` counts the collections around it. */
  resolve(name: string, span: Span, depth: number): Measured
}

/** How many nodes the aliases of a document may repeat in all. */
const MOST_REPEATED = 100_000
/** How many mistakes are worth the search for a near name. */
const MOST_SUGGESTED = 50
/** How deep collections may be nested, aliases written out. */
export const DEEPEST = 100

export function createAnchors(findings: Findings): Anchors {
  const anchors = new Map<string, Anchor>()
  let repeated = 0
  let isExhausted = false

  const refuse = (span: Span, code: string, message: string, help?: string): undefined => {
    findings.error(span, code, message, { help })
  }

  const find = (name: string, span: Span): Measured | undefined => {
    const anchor = anchors.get(name)
    const shown = `\`*${display(name)}\``
    if (!anchor) {
      const known = findings.all.length > MOST_SUGGESTED ? [] : anchors.keys()
      return refuse(span, 'unknown-anchor', `the alias ${shown} has no anchor \`&${display(name)}\` above it`, helpFor(name, known))
    }
    const message = `the alias ${shown} stands inside its own anchor and would never end`
    return anchor.value ?? refuse(span, 'recursive-alias', message, 'write out what is meant')
  }

  const isAffordable = (target: Measured, span: Span, depth: number): boolean => {
    if (isExhausted) return false
    repeated += target.size
    if (repeated <= MOST_REPEATED && depth + target.height <= DEEPEST) return true
    isExhausted = true
    if (repeated > MOST_REPEATED) {
      const message = `up to here the aliases repeat more than ${MOST_REPEATED} nodes, which is the most allowed`
      refuse(span, 'too-much-repeated', message, 'use fewer aliases')
    } else refuse(span, 'too-deep', `with what this alias repeats, the file is nested more than ${DEEPEST} levels deep`, 'make it flatter')
    return false
  }

  return {
    declare: (name) => {
      const anchor: Anchor = { value: undefined }
      anchors.set(name, anchor)
      return anchor
    },
    resolve: (name, span, depth) => {
      const target = find(name, span)
      if (!target || !isAffordable(target, span, depth)) return { node: brokenNode(span), size: 1, height: 0 }
      return { ...target, node: copyAt(target.node, span) }
    },
  }
}

function copyAt(node: DocumentNode, span: Span): DocumentNode {
  return node.kind === 'scalar' && !node.broken ? { ...node, span, target: node.target ?? node } : { ...node, span }
}

function helpFor(name: string, known: Iterable<string>): string {
  const near = nearest(name, known)
  return near === undefined ? `put the value in quotes if a text that begins with \`*\` is meant` : `did you mean \`*${display(near)}\`?`
}
