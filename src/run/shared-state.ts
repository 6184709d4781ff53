/** What all agents of a run share: one for a run and all that is nested in it. Folded from events alone. */
export interface SharedState {
  readonly memory: MemoryEntry[]
  readonly messages: Message[]
}

export interface MemoryEntry {
  readonly key: string
  /** Null: all see it; else the agent whose own it is. */
  readonly owner: string | null
  readonly value: string
  /** Milliseconds since 1970; null: it stays. */
  readonly expiresAt: number | null
}

export interface Message {
  /** The node that sent it, by its whole id, and who worked on it. */
  readonly sender: string
  readonly from: string
  /** An agent, or a step by its whole id. */
  readonly to: string
  readonly text: string
}

/** What an attempt changed of the memory, in its order: it counts when the attempt has passed. */
export type MemoryChange =
  | ({ readonly op: 'store' } & MemoryEntry)
  | { readonly op: 'delete'; readonly key: string; readonly owner: string | null }

/** Something that was said; it stays said, whatever becomes of the attempt. */
export interface MessageSent extends Message {
  readonly type: 'message-sent'
  readonly node: string
  readonly attempt: number
}

/** The memory after some changes, without what is over by now. */
export function withChanges(memory: readonly MemoryEntry[], changes: readonly MemoryChange[], now: number): MemoryEntry[] {
  const entries = new Map(memory.map((entry) => [keyOf(entry), entry]))
  for (const change of changes) {
    entries.delete(keyOf(change))
    if (change.op === 'store') {
      const { op: _op, ...entry } = change
      entries.set(keyOf(change), entry)
    }
  }
  return [...entries.values()].filter(({ expiresAt }) => expiresAt === null || expiresAt > now)
}

function keyOf({ key, owner }: Pick<MemoryEntry, 'key' | 'owner'>): string {
  return JSON.stringify([owner, key])
}
