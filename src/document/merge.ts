import { display } from './display.ts'
import type { DocumentNode, MappingNode, Pair } from './document.ts'
import type { Findings } from './finding.ts'

/** A merge key `<<`: the mappings whose pairs are to be spread, and how many pairs of its own mapping stand before it. */
export interface Merge {
  readonly sources: readonly MappingNode[]
  readonly before: number
}

/** The mappings that the value of a merge key names; tells what is none. */
export function mergeSources(value: DocumentNode, findings: Findings): MappingNode[] {
  if (value.kind === 'mapping') return [value]
  if (value.kind === 'scalar') return refuse(value, findings)
  return value.items.flatMap((item) => (item.kind === 'mapping' ? [item] : refuse(item, findings)))
}

/** The pairs of a mapping with the merged ones where their merge key stands: own keys win, then the mapping named first. */
export function spread(own: ReadonlyMap<string, Pair>, merges: readonly Merge[]): Map<string, Pair> {
  const result = new Map<string, Pair>()
  const pairs = [...own.values()]
  let next = 0
  for (const merge of merges) {
    for (; next < merge.before; next++) put(result, pairs[next])
    for (const source of merge.sources) {
      for (const pair of source.pairs.values()) if (!own.has(pair.key) && !result.has(pair.key)) put(result, pair)
    }
  }
  for (; next < pairs.length; next++) put(result, pairs[next])
  return result
}

function put(pairs: Map<string, Pair>, pair: Pair | undefined): void {
  if (pair) pairs.set(pair.key, pair)
}

function refuse(node: DocumentNode, findings: Findings): [] {
  if (node.kind === 'scalar' && node.broken) return []
  const found = node.kind === 'scalar' ? `\`${display(String(node.value), 40)}\`` : 'a sequence'
  findings.error(node.span, 'merge-not-mapping', `the merge key \`<<\` takes a mapping or a list of mappings, not ${found}`, {
    help: 'name an anchor of a mapping, such as `<<: *base`, or put `<<` in quotes if a key is meant',
  })
  return []
}
