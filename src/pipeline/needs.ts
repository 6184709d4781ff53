/** Which steps need which, however indirectly. */
export interface Needs {
  /** Each step after all that it needs, ties in the order given; steps of a cycle, and those below one, are left out. */
  readonly order: readonly string[]
  /** All that a step needs. A step that stands in no order is said to need every step: its cycle is told elsewhere. */
  ancestors(id: string): ReadonlySet<string>
  needs(id: string, other: string): boolean
}

/** Loops and bit sets, since a pipeline may be a chain of ten thousand steps. Names that are no steps are passed over. */
export function createNeeds(steps: ReadonlyMap<string, readonly string[]>): Needs {
  const direct = new Map([...steps].map(([id, needs]) => [id, [...new Set(needs)].filter((need) => steps.has(need))]))
  const order = inOrder(direct)
  let known: Closure | undefined
  const closure = (): Closure => (known ??= close(direct, order))
  return {
    order,
    ancestors(id) {
      const { index } = closure()
      return new Set([...index.keys()].filter((other) => holds(closure(), id, other)))
    },
    needs: (id, other) => holds(closure(), id, other),
  }
}

/** For each step in order the steps it needs, as bits by their index. */
interface Closure {
  readonly index: ReadonlyMap<string, number>
  readonly sets: ReadonlyMap<string, Uint32Array>
}

function holds({ index, sets }: Closure, id: string, other: string): boolean {
  const at = index.get(other)
  if (at === undefined) return false
  const set = sets.get(id)
  return set === undefined || (((set[at >> 5] ?? 0) >>> (at & 31)) & 1) === 1
}

function inOrder(direct: ReadonlyMap<string, readonly string[]>): string[] {
  const waiting = new Map([...direct].map(([id, needs]) => [id, needs.length]))
  const dependents = new Map<string, string[]>([...direct.keys()].map((id) => [id, []]))
  for (const [id, needs] of direct) for (const need of needs) dependents.get(need)?.push(id)
  const order = [...waiting].flatMap(([id, count]) => (count === 0 ? [id] : []))
  for (const id of order) {
    for (const dependent of dependents.get(id) ?? []) {
      const left = (waiting.get(dependent) ?? 0) - 1
      waiting.set(dependent, left)
      if (left === 0) order.push(dependent)
    }
  }
  return order
}

function close(direct: ReadonlyMap<string, readonly string[]>, order: readonly string[]): Closure {
  const index = new Map([...direct.keys()].map((id, at) => [id, at]))
  const sets = new Map<string, Uint32Array>()
  for (const id of order) {
    const set = new Uint32Array((index.size + 31) >> 5)
    for (const need of direct.get(id) ?? []) {
      const above = sets.get(need) ?? new Uint32Array()
      for (let word = 0; word < above.length; word++) set[word] = (set[word] ?? 0) | (above[word] ?? 0)
      const at = index.get(need) ?? 0
      set[at >> 5] = (set[at >> 5] ?? 0) | (1 << (at & 31))
    }
    sets.set(id, set)
  }
  return { index, sets }
}
