import { join } from 'node:path'
import type { Appender, Files } from '../base/ports.ts'
import type { Journal } from './journal.ts'
import type { Lock } from './lock.ts'
import { nodeFolder } from './node-folder.ts'
import { snapshotText } from './snapshot.ts'
import type { RunFolder } from './store.ts'

/** The folder of a run whose lock and journal are open. */
export function createRunFolder(files: Files, path: string, journal: Journal, lock: Lock): RunFolder {
  const logs = createLogs(files)
  const attemptPath = (node: string, attempt: number): string => join(path, 'steps', nodeFolder(node), String(attempt))
  const made = new Set<string>()
  const attemptFolder = async (node: string, attempt: number): Promise<string> => {
    const folder = attemptPath(node, attempt)
    if (!made.has(folder)) await files.makeFolder(folder, 0o700)
    made.add(folder)
    return folder
  }
  return {
    path,
    journal,
    attemptPath,
    pipeline: async () => files.read(join(path, 'pipeline.yml')),
    savePipeline: async (text) => files.replace(join(path, 'pipeline.yml'), text),
    log: async (node, attempt, name) => logs.open(join(attemptPath(node, attempt), name), async () => attemptFolder(node, attempt)),
    keep: async (node, attempt, name, text) => files.write(join(await attemptFolder(node, attempt), name), text, 0o600),
    saveSnapshot: async (run) => files.replace(join(path, 'snapshot.json'), snapshotText(run)),
    saveReport: async (text) => files.replace(join(path, 'report.json'), text),
    close: async () => {
      await logs.close()
      await journal.close()
      if (journal.isEmpty) await files.remove(path)
      await lock.release()
    },
  }
}

interface Logs {
  open(path: string, makeFolder: () => Promise<unknown>): Promise<Appender>
  close(): Promise<void>
}

/** Log files by path, each opened once; a closed one is opened again when it is asked for. */
function createLogs(files: Files): Logs {
  const opened = new Map<string, Promise<Appender>>()
  const open = async (path: string, makeFolder: () => Promise<unknown>): Promise<Appender> => {
    await makeFolder()
    const file = await files.append(path)
    return { ...file, close: async () => { opened.delete(path); await file.close() } }
  }
  return {
    open: async (path, makeFolder) => {
      const known = opened.get(path)
      if (known) return known
      const opening = open(path, makeFolder)
      opened.set(path, opening)
      opening.catch(() => opened.delete(path))
      return opening
    },
    close: async () => {
      for (const log of opened.values()) await (await log).close()
    },
  }
}
