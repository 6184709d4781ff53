/** One cycle for each knot of steps that need each other, the shortest through its first step; a step that needs itself is none. */
export function findCycles(steps: ReadonlyMap<string, readonly string[]>): string[][] {
  return knots(steps).map((knot) => shortest(steps, knot))
}

interface Frame {
  readonly id: string
  readonly needs: readonly string[]
  next: number
}

/** Sets of steps that reach each other (Tarjan), found with a stack of our own: rings may be long. */
function knots(steps: ReadonlyMap<string, readonly string[]>): ReadonlySet<string>[] {
  const found: Set<string>[] = []
  const number = new Map<string, number>()
  const low = new Map<string, number>()
  const open: string[] = []
  const isOpen = new Set<string>()
  const enter = (id: string): Frame => {
    low.set(id, number.size)
    number.set(id, number.size)
    open.push(id)
    isOpen.add(id)
    return { id, needs: steps.get(id) ?? [], next: 0 }
  }
  const lower = (id: string, to: number): void => void low.set(id, Math.min(low.get(id) ?? to, to))
  const leave = (id: string): void => {
    if (low.get(id) !== number.get(id)) return
    const knot = new Set(open.splice(open.lastIndexOf(id)))
    for (const member of knot) isOpen.delete(member)
    if (knot.size > 1) found.push(knot)
  }
  for (const start of steps.keys()) {
    const frames = number.has(start) ? [] : [enter(start)]
    for (let frame = frames.at(-1); frame; frame = frames.at(-1)) {
      const need = frame.needs[frame.next++]
      if (need === undefined) {
        frames.pop()
        leave(frame.id)
        const below = frames.at(-1)
        if (below) lower(below.id, low.get(frame.id) ?? 0)
      } else if (steps.has(need) && !number.has(need)) frames.push(enter(need))
      else if (isOpen.has(need)) lower(frame.id, number.get(need) ?? 0)
    }
  }
  return found
}

/** Breadth first from the knot's first step back to it: each step of the answer needs the one that follows, the last the first. */
function shortest(steps: ReadonlyMap<string, readonly string[]>, knot: ReadonlySet<string>): string[] {
  const start = [...steps.keys()].find((id) => knot.has(id)) ?? ''
  const from = new Map<string, string>()
  const queue = [start]
  for (const id of queue) {
    for (const need of steps.get(id) ?? []) {
      if (need === start && id !== start) return trace(from, start, id)
      if (!knot.has(need) || from.has(need) || need === start) continue
      from.set(need, id)
      queue.push(need)
    }
  }
  return [...knot]
}

function trace(from: ReadonlyMap<string, string>, start: string, end: string): string[] {
  const path = [end]
  for (let at = end; at !== start; at = from.get(at) ?? start) path.push(from.get(at) ?? start)
  return path.reverse()
}
