import { PortError } from '../base/ports.ts'
import { type Fingerprint, takeFingerprint } from './fingerprint.ts'
import type { Presence } from './presence.ts'
import type { SlotPorts } from './slot.ts'
import { plainText, shown } from './shown.ts'

/**
 * Watches the user's checkout by comparing two looks at it. While a step works there itself, files may change by its doing: they are
 * not told of. What steers git is told of all the same, since it outlasts the run, with a word about the step.
 */
export interface Guard {
  /** The first look; later calls do nothing. */
  begin(): Promise<void>
  /** One sentence for each thing that changed since the last look; nothing before the first. */
  changes(): Promise<string[]>
}

const MOST = 20

interface Look {
  readonly print: Fingerprint
  /** Whether a step of ours has worked in the checkout since the look began. */
  readonly wasShared: () => boolean
}

export function createGuard(ports: SlotPorts, stateDir: string, presence: Presence): Guard {
  let last: Promise<Look> | undefined
  const look = async (): Promise<Look> => {
    const wasShared = presence.watch()
    return { print: await takeFingerprint(ports, stateDir), wasShared }
  }
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
      return after.then(async (now) => describe(await before, now, presence), unreadable)
    },
  }
}

function unreadable(error: unknown): string[] {
  if (!(error instanceof PortError)) throw error
  return [`the checkout can no longer be looked at: ${plainText(error.message)}`]
}

function describe({ print: before, wasShared }: Look, { print: after }: Look, presence: Presence): string[] {
  const isShared = wasShared()
  const refs = differences(before.refs, after.refs).filter(({ name }) => !presence.isOurs(name, (after.refs.get(name) ?? '').trim()))
  const steering = [
    ...(before.head === after.head ? [] : ['the HEAD of the checkout was moved']),
    ...refs.map(({ name, what }) => `ref ${shown(name)} was ${what}`),
    ...(before.staged === after.staged ? [] : ['the index of the checkout was changed']),
    ...differences(before.settings, after.settings).map(({ name, what }) => `${shown(name)} of the git folder was ${what}`),
  ]
  if (isShared) return steering.map((sentence) => `${sentence} while another step worked in the checkout`)
  return [...steering, ...limited(differences(before.files, after.files).map(({ name }) => `${shown(name)} in the checkout was changed`))]
}

function differences(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): { name: string; what: string }[] {
  const names = [...new Set([...before.keys(), ...after.keys()])].filter((name) => before.get(name) !== after.get(name)).sort()
  return names.map((name) => ({ name, what: before.has(name) ? (after.has(name) ? 'changed' : 'removed') : 'created' }))
}

function limited(sentences: readonly string[]): string[] {
  if (sentences.length <= MOST) return [...sentences]
  return [...sentences.slice(0, MOST), `${sentences.length - MOST} more files in the checkout were changed`]
}
