import { relative, resolve } from 'node:path'
import { PortError } from '../base/ports.ts'
import type { Files } from '../base/ports.ts'
import type { Diagnostic } from '../document/diagnostic.ts'

/** Larger texts are no pipelines; nothing of them is read. */
const MOST_BYTES = 1_048_576

export interface Source {
  /** As it is told to people: relative to where the program was started. */
  readonly file: string
  readonly text: string
}

/** Reads a pipeline's text; what hinders that is a diagnostic at the beginning of the file. */
export async function readSource(files: Files, path: string, cwd: string): Promise<{ source: Source } | { diagnostic: Diagnostic }> {
  const file = shownPath(path, cwd)
  const refuse = (code: string, message: string, line = 1, column = 1, help?: string): { diagnostic: Diagnostic } =>
    ({ diagnostic: { code, severity: 'error', message, ...(help === undefined ? {} : { help }), file, line, column, end_line: line, end_column: column + 1 } })
  try {
    const full = resolve(cwd, path)
    const stat = await files.stat((await files.real(full)) ?? full)
    if (!stat) return refuse('file-missing', `there is no file \`${file}\``)
    if (stat.kind !== 'file') return refuse('file-unreadable', `\`${file}\` is a ${stat.kind === 'folder' ? 'folder' : 'special file'}, not a pipeline`)
    if (stat.size > MOST_BYTES) return refuse('too-large', `the file has ${stat.size} bytes, at most 1,048,576 are read`)
    const bytes = await files.readBytes(full, MOST_BYTES + 1)
    const text = decode(bytes)
    if (text !== undefined) return { source: { file, text } }
    const before = bytes.subarray(0, firstInvalid(bytes)).toString('utf8')
    const line = before.split(/\r\n|\r|\n/)
    return refuse('not-utf8', 'the file is not UTF-8', line.length, Array.from(line.at(-1) ?? '').length + 1, encodingHelp(bytes))
  } catch (error) {
    if (error instanceof PortError) return refuse('file-unreadable', `\`${file}\` cannot be read: ${error.message}`)
    throw error
  }
}

export function shownPath(path: string, cwd: string): string {
  const shown = relative(cwd, resolve(cwd, path))
  return shown === '' || shown.startsWith('..') ? path : shown
}

/** UTF-16 is known by the mark that it begins with. */
function encodingHelp([first, second]: Uint8Array): string {
  const isWide = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)
  return isWide ? 'the file looks like UTF-16, save it as UTF-8' : 'save it as UTF-8'
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

/**
 * Where the first byte stands that belongs to no character: found by halving, since a prefix of a bad text may be good, and then
 * back to where the character would have begun that the byte breaks off.
 */
function firstInvalid(bytes: Buffer): number {
  let good = 0
  let bad = bytes.length
  while (bad - good > 1) {
    const middle = (good + bad) >> 1
    if (isPrefix(bytes.subarray(0, middle))) good = middle
    else bad = middle
  }
  while (good > 0 && decode(bytes.subarray(0, good)) === undefined) good -= 1
  return good
}

function isPrefix(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true })
    return true
  } catch {
    return false
  }
}
