import type { DocumentNode, MappingNode, Pair, ScalarNode } from '../document/document.ts'

/** A word of the author that names something, where it stands. */
export interface Mention {
  readonly name: string
  readonly node: ScalarNode
}

/** The value of a key; undefined where the node is no mapping or has no such key. */
export function field(node: DocumentNode | undefined, key: string): DocumentNode | undefined {
  return node?.kind === 'mapping' ? node.pairs.get(key)?.value : undefined
}

export function mappingAt(node: DocumentNode | undefined, key: string): MappingNode | undefined {
  const value = field(node, key)
  return value?.kind === 'mapping' ? value : undefined
}

/** A text, and nothing that only looks like one. */
export function textAt(node: DocumentNode | undefined, key: string): Mention | undefined {
  const value = field(node, key)
  return value ? mentionOf(value) : undefined
}

export function pairsOf(node: DocumentNode | undefined): Pair[] {
  return node?.kind === 'mapping' ? [...node.pairs.values()] : []
}

export function itemsOf(node: DocumentNode | undefined): readonly DocumentNode[] {
  return node?.kind === 'sequence' ? node.items : []
}

/** The names in a list, or the one that stands in its place. */
export function mentionsIn(node: DocumentNode | undefined): Mention[] {
  if (node?.kind === 'sequence') return node.items.flatMap((item) => mentionOf(item) ?? [])
  return node ? [mentionOf(node) ?? []].flat() : []
}

export function mentionOf(node: DocumentNode): Mention | undefined {
  return node.kind === 'scalar' && typeof node.value === 'string' ? { name: node.value, node } : undefined
}
