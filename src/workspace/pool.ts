import { join } from 'node:path'
import { clearFolder } from './clear.ts'
import { layAgain, layNew } from './lay.ts'
import type { Slot, SlotPorts } from './slot.ts'

/** Folders that were laid once and are used again and again: cleaning one is far cheaper than writing all files anew. */
export interface Pool {
  /** A slot that nobody else has, clean, at a commit. */
  take(commit: string): Promise<Slot>
  give(slot: Slot): void
}

export function createPool(ports: SlotPorts, folder: string): Pool {
  const free: Slot[] = []
  let made = 0
  return {
    async take(commit) {
      for (let used = pick(free, commit); used !== undefined; used = pick(free, commit)) {
        const slot = await layAgain(ports, used, commit).catch(() => undefined)
        if (slot !== undefined) return slot
        await clearFolder(ports.files, used.folder).catch(() => undefined)
      }
      made += 1
      return layNew(ports, join(folder, String(made)), commit)
    },
    give(slot) {
      free.push(slot)
    },
  }
}

/** The least work first: a slot at that very commit, else the one used last. */
function pick(free: Slot[], commit: string): Slot | undefined {
  const same = free.findIndex((slot) => slot.commit === commit)
  return free.splice(same < 0 ? free.length - 1 : same, 1)[0]
}
