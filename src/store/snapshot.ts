import { createHash } from 'node:crypto'
import { isObject } from '../base/json.ts'
import { err, ok } from '../base/result.ts'
import type { Result } from '../base/result.ts'
import type { Run } from '../run/run.ts'
import { headOf } from './run-summary.ts'
import { saveRun } from './saved-run.ts'
import type { SavedRun } from './saved-run.ts'

const VERSION = 1

/** A run as the text of `snapshot.json`: first what a list of runs needs, then the digest, then the whole. */
export function snapshotText(run: Run): string {
  const body = JSON.stringify(saveRun(run))
  return `{"version":${VERSION},"seq":${run.seq},"head":${JSON.stringify(headOf(run))},"sha256":"${digest(body)}","run":${body}}\n`
}

export interface SnapshotFault {
  /** In words. */
  readonly message: string
  /** It is not damaged: a later version of this program wrote it. */
  readonly isNewer: boolean
}

/** What a snapshot holds, unless it is damaged or of another version. */
export function readSnapshot(text: string): Result<SavedRun, SnapshotFault> {
  const damaged = (message: string): Result<SavedRun, SnapshotFault> => err({ message, isNewer: false })
  const value = parse(text)
  if (!isObject(value) || !isObject(value.run)) return damaged('the snapshot is damaged')
  if (value.version !== VERSION) {
    const isNewer = typeof value.version === 'number' && value.version > VERSION
    return err({ message: `the snapshot's \`version\` is ${JSON.stringify(value.version) ?? 'missing'}, this program reads ${VERSION}`, isNewer })
  }
  const isWhole = value.seq === value.run.seq && value.sha256 === digest(JSON.stringify(value.run))
  return isWhole ? ok(value.run as unknown as SavedRun) : damaged('the snapshot is damaged: its digest does not fit')
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function digest(body: string): string {
  return createHash('sha256').update(body).digest('hex')
}
