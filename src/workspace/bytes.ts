/**
 * File names are bytes. Between git and git we carry them as text of one character per byte (`latin1`), which loses nothing;
 * only for people and for the Files port do they become UTF-8.
 */
export type RawPath = string

/** The parts of output that git ended with a zero byte each. */
export function splitZero(output: Buffer): RawPath[] {
  const parts = output.toString('latin1').split('\0')
  parts.pop()
  return parts
}

export function joinZero(paths: readonly RawPath[]): Buffer {
  return Buffer.from(paths.map((path) => `${path}\0`).join(''), 'latin1')
}

export function toText(path: RawPath): string {
  return Buffer.from(path, 'latin1').toString('utf8')
}

export function toRaw(path: string): RawPath {
  return Buffer.from(path, 'utf8').toString('latin1')
}

/** One change as `--raw -z` tells it. */
export interface RawChange {
  readonly oldMode: string
  readonly newMode: string
  readonly object: string
  readonly status: string
  readonly path: RawPath
}

/** Output of `diff-files` or `diff-index` with `--raw -z --no-renames`: a head and a path in turn. */
export function parseRaw(output: Buffer): RawChange[] {
  const parts = splitZero(output)
  const changes: RawChange[] = []
  for (let at = 0; at + 1 < parts.length; at += 2) {
    const [oldMode = '', newMode = '', , object = '', status = ''] = (parts[at] ?? '').slice(1).split(' ')
    changes.push({ oldMode, newMode, object, status, path: parts[at + 1] ?? '' })
  }
  return changes
}
