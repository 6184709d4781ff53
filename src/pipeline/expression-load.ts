import { createBridge } from './expression-data.ts'
import { createEvaluation } from './expression-evaluate.ts'
import { loadLibrary } from './expression-library.ts'
import { createParser } from './expression-parse.ts'
import type { Expressions } from './expression.ts'

/** So many parsed expressions are kept; a pipeline of thousands of nodes evaluates few different ones. */
const MOST_PARSED = 2000

/** Loads GitHub's library; only a pipeline that has an expression should call it. */
export async function loadExpressions(): Promise<Expressions> {
  const library = await loadLibrary()
  const bridge = createBridge(library)
  const parse = remember(createParser(library, bridge.plain))
  return { parse, ...createEvaluation(library, bridge, parse) }
}

function remember<T>(make: (source: string) => T): (source: string) => T {
  const known = new Map<string, T>()
  return (source) => {
    const before = known.get(source)
    if (before !== undefined) return before
    const made = make(source)
    const oldest = known.size >= MOST_PARSED ? known.keys().next() : undefined
    if (oldest?.done === false) known.delete(oldest.value)
    known.set(source, made)
    return made
  }
}
