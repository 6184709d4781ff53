import { join } from 'node:path'
import { isObject } from '../base/json.ts'
import type { Files } from '../base/ports.ts'
import { loadRun } from './load-run.ts'
import { lockHolder } from './lock.ts'
import type { LockPorts } from './lock.ts'
import { headOf } from './run-summary.ts'
import type { RunSummary, SummaryHead } from './run-summary.ts'

export interface ListPorts {
  readonly files: Pick<Files, 'list' | 'stat' | 'read' | 'readBytes'> & LockPorts['files']
  readonly owners: LockPorts['owners']
}

/** What a snapshot says of its run stands in its first bytes. */
const HEAD_BYTES = 8192

/** The runs below a folder, newest first. Of a finished run only the head of its snapshot is read. */
export async function listRuns(ports: ListPorts, folder: string): Promise<RunSummary[]> {
  if ((await ports.files.stat(folder))?.kind !== 'folder') return []
  const runs: RunSummary[] = []
  for (const entry of await ports.files.list(folder)) {
    const summary = entry.kind === 'folder' ? await summarize(ports, join(folder, entry.name), entry.name) : undefined
    if (summary) runs.push(summary)
  }
  return runs.sort((a, b) => b.startedAt - a.startedAt || (a.id < b.id ? 1 : -1))
}

/** Undefined for a folder that holds no run, or one that never began. */
async function summarize(ports: ListPorts, path: string, id: string): Promise<RunSummary | undefined> {
  const head = await snapshotHead(ports, path)
  if (head && head.id === id && head.status !== 'running') return { ...head, status: head.status, cost: BigInt(head.cost) }
  const loaded = await loadRun(ports.files, path, id)
  if (!loaded.ok) return loaded.error.code === 'journal-damaged' ? damaged(id) : undefined
  const now = headOf(loaded.value.run)
  const status = now.status === 'running' && !(await lockHolder(ports, `${path}.lock`)) ? 'interrupted' : now.status
  return { ...now, status, cost: BigInt(now.cost) }
}

/** Undefined when there is none, when it cannot be read, and when the journal went on after it. */
async function snapshotHead(ports: ListPorts, path: string): Promise<SummaryHead | undefined> {
  const file = join(path, 'snapshot.json')
  const snapshot = await ports.files.stat(file)
  const journal = await ports.files.stat(join(path, 'journal.ndjson'))
  if (snapshot?.kind !== 'file' || !journal || journal.modifiedMs > snapshot.modifiedMs) return undefined
  const text = (await ports.files.readBytes(file, HEAD_BYTES)).toString('utf8')
  const end = text.indexOf(',"sha256":"')
  try {
    const value: unknown = JSON.parse(`${text.slice(0, end)}}`)
    return isObject(value) && value.version === 1 && isHead(value.head) ? value.head : undefined
  } catch {
    return undefined
  }
}

function isHead(value: unknown): value is SummaryHead {
  if (!isObject(value) || typeof value.cost !== 'string' || !/^\d+$/.test(value.cost)) return false
  return typeof value.id === 'string' && typeof value.status === 'string' && typeof value.startedAt === 'number'
}

function damaged(id: string): RunSummary {
  return { id, status: 'damaged', exitCode: null, pipeline: '', file: '', startedAt: 0, finishedAt: null, resumes: 0, cost: 0n }
}
