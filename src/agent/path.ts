import { isAbsolute, join, relative, sep } from 'node:path'
import type { Files, PortError, Stat } from '../base/ports.ts'
import { err, ok } from '../base/result.ts'
import type { Result } from '../base/result.ts'
import { isRefusal } from './refusal.ts'

/** Where an agent's paths start, and what they may not leave. */
export interface Bounds {
  readonly root: string
  readonly cwd: string
}

/** `remove` takes the entry itself, so that a link may be removed, and one of several names of a file. */
export type PathUse = 'read' | 'write' | 'remove'

/** A path that was looked at just now. It may be another one a moment later: `unchanged` asks again. */
export interface Place {
  /** Absolute, all links resolved as far as it exists. */
  readonly path: string
  /** The path as people and the model name it: relative to the working folder. */
  readonly shown: string
  /** Undefined when nothing is there yet. */
  readonly stat: Stat | undefined
}

/** The place of a path that the model gave, or why it may not be used, as a sentence to the model. Rejects only with a fault of the machine. */
export async function placeOf(files: Files, bounds: Bounds, path: string, use: PathUse): Promise<Result<Place, string>> {
  const problem = textProblem(path)
  if (problem !== undefined) return err(problem)
  try {
    const [root, cwd] = await Promise.all([files.real(bounds.root), files.real(bounds.cwd)])
    if (root === undefined || cwd === undefined) return err('the working folder does not exist')
    const walked = await walk({ files, root, use, shown: quoted(path) }, cwd, path.split('/'))
    if (!walked.ok) return walked
    const { at, stat } = walked.value
    return ok({ path: at, shown: relative(cwd, at) || '.', stat })
  } catch (error) {
    if (isRefusal(error)) return err(`${quoted(path)} cannot be used: ${portProblem(error)}`)
    throw error
  }
}

/** Whether the path still leads to the same place: what came through it is not to be trusted otherwise. */
export async function unchanged(files: Files, bounds: Bounds, place: Place, use: PathUse): Promise<boolean> {
  const cwd = await files.real(bounds.cwd)
  const again = cwd === undefined ? undefined : await placeOf(files, { ...bounds, cwd }, place.shown, use)
  return again?.ok === true && again.value.path === place.path
}

/** An operating system's refusal without its absolute paths. */
export function portProblem(error: PortError): string {
  switch (error.code) {
    case 'ENOENT':
      return 'there is no such file or folder'
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return 'the permission is denied'
    case 'ENOTDIR':
      return 'a part of the path is no folder'
    case 'EISDIR':
      return 'it is a folder'
    case 'ELOOP':
      return 'its links lead in a circle'
    case 'ENAMETOOLONG':
      return 'the name is too long'
    default:
      return `the system says ${error.code}`
  }
}

interface Walk {
  readonly files: Files
  readonly root: string
  readonly use: PathUse
  readonly shown: string
}

interface Reached {
  readonly at: string
  readonly stat: Stat | undefined
}

/** One name after the other, as the system would: what a link leads to is known before the next name is looked at. */
async function walk(walk: Walk, cwd: string, names: readonly string[]): Promise<Result<Reached, string>> {
  const steps = names.filter((name) => name !== '' && name !== '.')
  let reached: Reached = { at: cwd, stat: await walk.files.stat(cwd) }
  if (!isInside(walk.root, cwd)) return err('the working folder lies outside of the root')
  for (const [index, name] of steps.entries()) {
    const next = await step(walk, reached, name, index === steps.length - 1)
    if (!next.ok) return next
    reached = next.value
  }
  return allowed(walk, reached)
}

async function step(walk: Walk, { at, stat }: Reached, name: string, last: boolean): Promise<Result<Reached, string>> {
  if (stat === undefined && name === '..') return err(`${walk.shown} goes up from a folder that does not exist`)
  if (stat !== undefined && stat.kind !== 'folder') return err(`a part of ${walk.shown} is no folder`)
  if (isGitName(name)) return err(gitRefusal(walk))
  const path = name === '..' ? join(at, '..') : join(at, name)
  if (!isInside(walk.root, path)) return err(`${walk.shown} leaves the workspace`)
  const found = stat === undefined ? undefined : await walk.files.stat(path)
  if (found?.kind !== 'link') return ok({ at: path, stat: found })
  return last && walk.use === 'remove' ? ok({ at: path, stat: found }) : followed(walk, path)
}

async function followed({ files, root, use, shown }: Walk, path: string): Promise<Result<Reached, string>> {
  if (use !== 'read') return err(`${shown} leads through a link, and nothing may be written through one`)
  const target = await files.real(path)
  if (target === undefined) return err(`${shown} is a link to what does not exist`)
  if (!isInside(root, target)) return err(`${shown} leaves the workspace through a link`)
  return ok({ at: target, stat: await files.stat(target) })
}

function allowed(walk: Walk, reached: Reached): Result<Reached, string> {
  const { at, stat } = reached
  if (relative(walk.root, at).split(sep).some(isGitName)) return err(gitRefusal(walk))
  if (walk.use === 'remove') return ok(reached)
  if (stat?.kind === 'other') return err(`${walk.shown} is neither a file nor a folder`)
  if (walk.use === 'write' && stat?.kind === 'file' && stat.links > 1) {
    return err(`${walk.shown} is one of several names of a file (a hard link) and may not be written`)
  }
  return ok(reached)
}

function textProblem(path: string): string | undefined {
  if (path.trim() === '') return 'the path is empty; `.` is the working folder'
  if (path.includes('\0')) return 'the path holds a NUL character'
  if (!path.isWellFormed()) return 'the path is no valid text'
  if (path.length > 4096) return 'the path is longer than 4096 characters'
  if (isAbsolute(path)) return `${quoted(path)} is absolute; paths are relative to the working folder`
  return undefined
}

function isInside(root: string, path: string): boolean {
  const way = relative(root, path)
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
}

/** Also as file systems see it that ignore case, dots and blanks at the end, short names, or characters without width. */
export function isGitName(name: string): boolean {
  return /^(\.git|git~1)[. ]*(:.*)?$/is.test(name.replace(/\p{Cf}/gu, ''))
}

function gitRefusal({ shown }: Walk): string {
  return `${shown} belongs to git, whose own files are neither read nor written`
}

function quoted(path: string): string {
  const text = path.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '�')
  return `\`${text.length <= 200 ? text : `${text.slice(0, 200)}…`}\``
}
