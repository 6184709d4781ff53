import { PortError } from '../base/ports.ts'
import { type Fingerprint, takeFingerprint } from './fingerprint.ts'
import type { SlotPorts } from './slot.ts'
import { plainText, shown } from './shown.ts'

/** Watches the user's checkout by comparing two looks at it. */
export interface Guard {
  /** The first look; later calls do nothing. */
  begin(): Promise<void>
  /** One sentence for each thing that changed since the last look; nothing before the first. */
  changes(): Promise<string[]>
}

const MOST = 20

export function createGuard(ports: SlotPorts, stateDir: string): Guard {
  let last: Promise<Fingerprint> | undefined
  const look = () => takeFingerprint(ports, stateDir)
  return {
    async begin() {
      last ??= look()
      await last.catch((error: unknown) => {
        last = undefined
        throw error
      })
    },
    async changes() {
      if (last === undefined) return []
      const before = last
      // Calls at the same time stand in line: each compares with the look of the one before.
      const after = before.then(look)
      last = after.catch(() => before)
      return after.then(async (now) => describe(await before, now), unreadable)
    },
  }
}

function unreadable(error: unknown): string[] {
  if (!(error instanceof PortError)) throw error
  return [`the checkout can no longer be looked at: ${plainText(error.message)}`]
}

function describe(before: Fingerprint, after: Fingerprint): string[] {
  return [
    ...(before.head === after.head ? [] : ['the HEAD of the checkout was moved']),
    ...differences(before.refs, after.refs).map(({ name, what }) => `ref ${shown(name)} was ${what}`),
    ...(before.staged === after.staged ? [] : ['the index of the checkout was changed']),
    ...differences(before.settings, after.settings).map(({ name, what }) => `${shown(name)} of the git folder was ${what}`),
    ...limited(differences(before.files, after.files).map(({ name }) => `${shown(name)} in the checkout was changed`)),
  ]
}

function differences(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): { name: string; what: string }[] {
  const names = [...new Set([...before.keys(), ...after.keys()])].filter((name) => before.get(name) !== after.get(name)).sort()
  return names.map((name) => ({ name, what: before.has(name) ? (after.has(name) ? 'changed' : 'removed') : 'created' }))
}

function limited(sentences: readonly string[]): string[] {
  if (sentences.length <= MOST) return [...sentences]
  return [...sentences.slice(0, MOST), `${sentences.length - MOST} more files in the checkout were changed`]
}
