import { join } from 'node:path'
import { err, ok } from '../base/result.ts'
import type { Result } from '../base/result.ts'
import { createCell } from './cell.ts'
import { openPlain } from './plain.ts'
import type { Cell, Sandbox, Sandboxes } from './sandbox.ts'
import { tryOut } from './trial.ts'
import type { Trial } from './trial.ts'
import type { SandboxPorts, SandboxSettings, Workshop } from './workshop.ts'

/** The sandboxes of a run. Nothing is looked for before the first is asked for. */
export function createSandboxes(ports: SandboxPorts, settings: SandboxSettings): Sandboxes {
  let trial: Promise<Trial> | undefined
  let count = 0
  const tried = async (): Promise<Trial> => (trial ??= tryOut(ports, settings))
  return {
    readiness: async () => (await tried()).readiness,
    close: async () => ports.files.remove(settings.folder),
    async open(cell) {
      count += 1
      // Before anything is waited for: others open theirs meanwhile.
      const folder = join(settings.folder, String(count))
      return openCell({ ports, settings }, cell, cell.mode === 'off' ? undefined : await tried(), folder)
    },
  }
}

async function openCell(outside: Pick<Workshop, 'ports' | 'settings'>, cell: Cell, trial: Trial | undefined, folder: string): Promise<Result<Sandbox, string>> {
  if (trial?.workshop) return createCell(trial.workshop, cell, folder)
  const lack = trial?.readiness.ok === false ? trial.readiness.reason : undefined
  if (cell.mode === 'require') return err(`there is no sandbox: ${lack ?? 'none was tried'}`)
  return ok(await openPlain(outside.ports, cell, lack))
}
