import { join } from 'node:path'
import { PortError } from '../base/ports.ts'
import type { Clock, Files, Owners } from '../base/ports.ts'
import { acquireLock } from './lock.ts'

export interface DayBookPorts {
  readonly files: Pick<Files, 'read' | 'append' | 'remove' | 'createExclusive' | 'makeFolder'>
  readonly owners: Owners
  readonly clock: Clock
}

/** What is spent on each day, for all processes that share a folder: one file a day, which only grows. */
export interface FileDayBook {
  /** Runs alone among all processes: hands over what the day holds and durably appends what `write` answers, if anything. */
  update(day: string, write: (text: string) => string): Promise<void>
  /** Durably appends, whoever else does: a line that is appended in one piece is never torn by another process. */
  append(day: string, line: string): Promise<void>
}

interface Waiting {
  readonly write: (text: string) => string
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/** When another process has the lock, it is tried again so soon; it is held for a few milliseconds. */
const AGAIN_MS = 3
/** A process that holds the lock for so long does not work any more. */
const LONGEST_MS = 60_000

export function createDayBook(ports: DayBookPorts, folder: string): FileDayBook {
  const waiting = new Map<string, Waiting[]>()
  const pathOf = (day: string): string => join(folder, `${day}.ndjson`)
  const work = async (day: string, queue: Waiting[]): Promise<void> => {
    while (queue.length > 0) {
      try {
        await ports.files.makeFolder(folder, 0o700)
        await locked(ports, `${pathOf(day)}.lock`, async () => writeAll(ports.files, pathOf(day), queue.splice(0)))
      } catch (error) {
        for (const { reject } of queue.splice(0)) reject(error)
      }
    }
    waiting.delete(day)
  }
  return {
    update: (day, write) => new Promise((resolve, reject) => {
      const queue = waiting.get(day) ?? []
      queue.push({ write, resolve, reject })
      if (waiting.has(day)) return
      waiting.set(day, queue)
      void work(day, queue)
    }),
    async append(day, line) {
      await ports.files.makeFolder(folder, 0o700)
      await appendTo(ports.files, pathOf(day), line)
    },
  }
}

/** All that wait in this process are written with one lock and one flush. */
async function writeAll(files: DayBookPorts['files'], path: string, batch: readonly Waiting[]): Promise<void> {
  try {
    const before = await readIfThere(files, path)
    let added = ''
    for (const { write } of batch) added += write(before + added)
    if (added !== '') await appendTo(files, path, added)
    for (const { resolve } of batch) resolve()
  } catch (error) {
    for (const { reject } of batch) reject(error)
  }
}

async function appendTo(files: DayBookPorts['files'], path: string, text: string): Promise<void> {
  const file = await files.append(path)
  try {
    await file.write(text)
    await file.sync()
  } finally {
    await file.close()
  }
}

async function readIfThere(files: DayBookPorts['files'], path: string): Promise<string> {
  try {
    return await files.read(path)
  } catch (error) {
    if (error instanceof PortError && error.code === 'ENOENT') return ''
    throw error
  }
}

async function locked(ports: DayBookPorts, path: string, act: () => Promise<void>): Promise<void> {
  const began = ports.clock.elapsed()
  for (;;) {
    const lock = await acquireLock(ports, path)
    if (lock.ok) {
      try {
        return await act()
      } finally {
        await lock.value.release()
      }
    }
    if (ports.clock.elapsed() - began > LONGEST_MS) throw new PortError('EBUSY', path, `the process ${lock.error.pid} holds \`${path}\` and does not let go`)
    await new Promise<void>((resolve) => void ports.clock.after(AGAIN_MS, resolve))
  }
}
