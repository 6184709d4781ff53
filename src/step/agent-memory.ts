import type { AgentMail, AgentMemory } from '../agent/shared-state.ts'
import type { Clock } from '../base/ports.ts'
import { err, ok } from '../base/result.ts'
import type { AttemptIo, AttemptTask } from '../run/contract.ts'
import { withChanges } from '../run/shared-state.ts'
import type { MemoryChange, MemoryEntry } from '../run/shared-state.ts'
import type { StepWorld } from './world.ts'

const LONGEST_KEY = 200
const LONGEST_VALUE = 20_000
/** Of all that a run remembers, in characters: it lies in the journal, and in memory. */
const MOST_CHARACTERS = 1_000_000

/** The memory as one attempt sees it: what passed steps stored, and its own changes, which `changes` hands to the end of the attempt. */
export function createAgentMemory(io: Pick<AttemptIo, 'shared'>, clock: Pick<Clock, 'now'>, owner: string): AgentMemory & { changes(): readonly MemoryChange[] } {
  const changes: MemoryChange[] = []
  const entries = (): MemoryEntry[] => withChanges(io.shared.memory, changes, clock.now()).filter((entry) => entry.owner === null || entry.owner === owner)
  const find = (key: string): MemoryEntry | undefined => entries().filter((entry) => entry.key === key).sort(ownFirst)[0]
  return {
    changes: () => changes,
    store(key, value, scope, ttl) {
      if (key.trim() === '' || key.length > LONGEST_KEY) return err(`a key has 1 to ${LONGEST_KEY} characters`)
      if (value.length > LONGEST_VALUE) return err(`a text may have ${LONGEST_VALUE} characters, this one has ${value.length}; write it into a file`)
      const size = withChanges(io.shared.memory, changes, clock.now()).reduce((sum, entry) => sum + entry.value.length + entry.key.length, 0)
      if (size + value.length > MOST_CHARACTERS) return err('the memory of this run is full; delete what is no longer of use')
      changes.push({ op: 'store', key, value, owner: scope === 'private' ? owner : null, expiresAt: ttl === undefined ? null : clock.now() + ttl * 1000 })
      return ok(undefined)
    },
    retrieve: (key) => find(key)?.value,
    search(query) {
      const words = query.toLowerCase().split(/\s+/).filter((word) => word !== '')
      const hits = entries().filter(({ key, value }) => words.every((word) => `${key}\n${value}`.toLowerCase().includes(word)))
      return hits.sort(ownFirst).map((entry) => ({ key: entry.key, value: entry.value, scope: entry.owner === null ? 'shared' : 'private' }))
    },
    delete(key) {
      const found = find(key)
      if (found) changes.push({ op: 'delete', key, owner: found.owner })
      return found !== undefined
    },
  }
}

function ownFirst(one: MemoryEntry, other: MemoryEntry): number {
  return Number(one.owner === null) - Number(other.owner === null)
}

const LONGEST_TEXT = 10_000
const MOST_MESSAGES = 1000

/** Messages to and from one attempt. Each attempt reads all that was said to its agent or its step, once. */
export function createAgentMail(world: StepWorld, task: AttemptTask, io: Pick<AttemptIo, 'shared' | 'emit'>, agent: string): AgentMail {
  const prefix = task.node.slice(0, task.node.length - task.localNode.length)
  const names = new Set([agent, `${prefix}${task.step.id}`, task.node])
  let read = 0
  const addressOf = (to: string): string | undefined => {
    if (world.pipeline.agents.has(to)) return `${world.agentSpace}${to}`
    return world.pipeline.steps.has(to) ? `${prefix}${to}` : undefined
  }
  return {
    async send(to, text) {
      const address = addressOf(to)
      if (address === undefined) return err(`there is no agent or step \`${to.slice(0, 100)}\`; there are ${[...world.pipeline.agents.keys(), ...world.pipeline.steps.keys()].slice(0, 30).map((name) => `\`${name}\``).join(', ')}`)
      if (text.length > LONGEST_TEXT) return err(`a message may have ${LONGEST_TEXT} characters, this one has ${text.length}`)
      if (io.shared.messages.length >= MOST_MESSAGES) return err('the agents of this run have said enough')
      await io.emit({ type: 'message-sent', sender: task.node, from: agent, to: address, text })
      return ok(undefined)
    },
    read() {
      const fresh = io.shared.messages.slice(read).filter(({ to, sender }) => names.has(to) && sender !== task.node)
      read = io.shared.messages.length
      return fresh.map(({ from, sender, text }) => ({ from: `${from} (${sender})`, text }))
    },
  }
}
