import { createHash } from 'node:crypto'

/** One path of a git index with what was recorded of its file. */
export interface IndexEntry {
  readonly path: string
  readonly kind: 'file' | 'link' | 'submodule'
  readonly executable: boolean
  /** When the inode last changed, in whole seconds since 1970. */
  readonly changedSecond: number
}

type ObjectFormat = 'sha1' | 'sha256'

const HASH_BYTES: Readonly<Record<ObjectFormat, number>> = { sha1: 20, sha256: 32 }
const STAT_BYTES = 40
const FLAG_BYTES = 2
/** Where facts of a file stand within an entry. */
const MODIFIED = 8
const MODE = 24
const SIZE = 36
const KINDS: Readonly<Record<number, IndexEntry['kind']>> = { 0o10: 'file', 0o12: 'link', 0o16: 'submodule' }

/** The entries of an index of version 2, as our repositories write it; undefined for anything else. */
export function readEntries(bytes: Buffer, objectFormat: ObjectFormat): IndexEntry[] | undefined {
  const entries: IndexEntry[] = []
  const whole = eachEntry(bytes, objectFormat, (at, path) => {
    const mode = bytes.readUInt32BE(at + MODE)
    const kind = KINDS[mode >> 12]
    if (kind !== undefined) entries.push({ path, kind, executable: (mode & 0o100) !== 0, changedSecond: bytes.readUInt32BE(at) })
    return kind !== undefined
  })
  return whole ? entries : undefined
}

/**
 * The same index for another place. Git looks closer at files that are not older than the index, and the copy is newer: as git
 * does when it writes an index, those files (of `second` or later) lose their size, so that their contents will be compared.
 */
export function copyEntries(bytes: Buffer, objectFormat: ObjectFormat, second: number): Buffer {
  const copy = Buffer.from(bytes)
  eachEntry(copy, objectFormat, (at) => {
    if (copy.readUInt32BE(at + MODIFIED) >= second) copy.writeUInt32BE(0, at + SIZE)
    return true
  })
  const end = copy.length - HASH_BYTES[objectFormat]
  createHash(objectFormat).update(copy.subarray(0, end)).digest().copy(copy, end)
  return copy
}

/** Calls back with the place and path of each entry, until it answers false; true when all was understood. */
function eachEntry(bytes: Buffer, objectFormat: ObjectFormat, visit: (at: number, path: string) => boolean): boolean {
  if (bytes.length < 12 || bytes.toString('latin1', 0, 4) !== 'DIRC' || bytes.readUInt32BE(4) !== 2) return false
  const head = STAT_BYTES + HASH_BYTES[objectFormat] + FLAG_BYTES
  let at = 12
  for (let left = bytes.readUInt32BE(8); left > 0; left--) {
    const end = bytes.indexOf(0, at + head)
    if (end < 0 || !visit(at, bytes.toString('utf8', at + head, end))) return false
    at += Math.floor((end - at + 8) / 8) * 8
  }
  return true
}
