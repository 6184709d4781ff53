import type { Span } from './span.ts'

/**
 * A YAML text whose every value remembers where it came from. Parsing never fails: what could not be understood is in the
 * diagnostics, and `root` is undefined only when there is nothing to look at.
 */
export interface Document {
  readonly file: string
  readonly text: string
  readonly root: DocumentNode | undefined
}

export type DocumentNode = ScalarNode | SequenceNode | MappingNode

export interface ScalarNode {
  readonly kind: 'scalar'
  readonly span: Span
  /** The value by the YAML 1.2 core schema: `no` is a string. */
  readonly value: null | boolean | number | string
  readonly style: 'plain' | 'single' | 'double' | 'literal' | 'folded'
  /** Only of block scalars. */
  readonly block?: BlockRegion
  /** Only where an alias stands: the scalar that it repeats, at its own place. */
  readonly target?: ScalarNode
  /** Stands for what a diagnostic has already refused: nothing more should be said about it. Its value is null. */
  readonly broken?: true
}

/** The lines of a block scalar without its header, and how many leading blanks of each are indentation (-1: it has no text). */
export interface BlockRegion {
  readonly start: number
  readonly end: number
  readonly indent: number
}

export interface SequenceNode {
  readonly kind: 'sequence'
  readonly span: Span
  readonly items: readonly DocumentNode[]
}

export interface MappingNode {
  readonly kind: 'mapping'
  readonly span: Span
  /** In the order of the file, merge keys already spread (own keys win), no key twice. */
  readonly pairs: ReadonlyMap<string, Pair>
}

export interface Pair {
  readonly key: string
  readonly keySpan: Span
  readonly value: DocumentNode
}

export type DocumentPath = readonly (string | number)[]
