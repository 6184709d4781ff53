import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach } from 'vitest'
import type { OwnerId } from '../../../src/base/ports.ts'
import { createFiles } from '../../../src/host/files.ts'
import { openStore } from '../../../src/store/open-store.ts'
import type { StorePorts } from '../../../src/store/open-store.ts'
import type { Store } from '../../../src/store/store.ts'

const places: string[] = []
afterEach(() => {
  for (const place of places.splice(0)) rmSync(place, { recursive: true, force: true })
})

/** A folder that is gone after the test. */
export function newPlace(): string {
  const place = realpathSync(mkdtempSync(join(tmpdir(), 'orch-store-')))
  places.push(place)
  return place
}

/** Processes 1 to 9 are alive unless they are in `dead`; the disk is real. */
export function portsOf(pid: number, dead: ReadonlySet<number> = new Set()): StorePorts {
  const self: OwnerId = { pid, started: '1', boot: 'b', host: 'h' }
  return {
    files: createFiles(),
    owners: { self: () => self, alive: (owner) => !dead.has(owner.pid), askToStop: () => false },
  }
}

export async function storeAt(place: string, ports: StorePorts = portsOf(1)): Promise<Store> {
  const store = await openStore(ports, join(place, 'state'))
  if (!store.ok) throw new Error(store.error.message)
  return store.value
}
