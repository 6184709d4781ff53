import type { Json } from '../base/json.ts'
import type { DocumentNode, MappingNode, SequenceNode } from './document.ts'

/**
 * The value that a node stands for. Mappings become objects without a prototype, so that no key of a stranger means anything;
 * what an alias repeats is converted once and shared.
 */
export function toValue(node: DocumentNode): Json {
  return convert(node, new Map())
}

/** Copies that aliases make share their items or pairs with the original: these are what is remembered. */
type Converted = Map<SequenceNode['items'] | MappingNode['pairs'], Json>

function convert(node: DocumentNode, done: Converted): Json {
  if (node.kind === 'scalar') return node.value
  const content = node.kind === 'sequence' ? node.items : node.pairs
  const known = done.get(content)
  if (known !== undefined) return known
  const value = node.kind === 'sequence' ? node.items.map((item) => convert(item, done)) : object(node, done)
  done.set(content, value)
  return value
}

function object(node: MappingNode, done: Converted): Json {
  const result = Object.create(null) as Record<string, Json>
  for (const pair of node.pairs.values()) result[pair.key] = convert(pair.value, done)
  return result
}
