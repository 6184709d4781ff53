import { dirname, join, sep } from 'node:path'
import { PortError } from '../base/ports.ts'
import { findFiles } from '../check/glob.ts'
import type { Artifact } from '../run/event.ts'
import type { AttemptIo, AttemptTask } from '../run/contract.ts'
import type { StepWorld } from './world.ts'

/** Where an attempt worked. */
interface Folder {
  readonly root: string
  readonly cwd: string
}

/** More files are not kept: each of them stands in the journal and in the report. */
const MOST_FILES = 1000

/** Of a larger file no more is searched for secrets. */
const LARGEST_LOOKED_AT = 64 * 1024 * 1024
const SECRET = 'it holds a secret'

/**
 * Copies what a step wants to be kept from its place into the folder of the attempt. Files only: what a link leads to may lie
 * anywhere, so links are neither followed nor copied, and neither are git's own files and the state folder.
 */
export async function keepArtifacts(world: StepWorld, task: AttemptTask, io: AttemptIo, place: Folder): Promise<readonly Artifact[]> {
  const { files } = world.ports
  const { artifacts } = task.step
  if (artifacts.length === 0) return []
  const root = (await files.real(place.cwd)) ?? place.cwd
  const found = new Set<string>()
  for (const glob of artifacts) for (const path of await findFiles(files, root, glob)) if (isOpen(root, path, world.stateDir)) found.add(path)
  const paths = [...found].sort()
  if (paths.length > MOST_FILES) await notice(io, `\`artifacts\` names ${paths.length} files, the first ${MOST_FILES} of them are kept`)
  const kept: Artifact[] = []
  for (const path of paths.slice(0, MOST_FILES)) {
    const copied = await copy(world, join(root, path), join(io.artifactsFolder, path))
    if (copied === SECRET) await io.emit({ type: 'noticed', severity: 'error', code: 'secret-leaked', message: `the artifact \`${path}\` holds a secret and was not kept` })
    else if (typeof copied === 'string') await notice(io, `the artifact \`${path}\` was not kept: ${copied}`)
    else kept.push({ path, bytes: copied })
  }
  return kept
}

function isOpen(root: string, path: string, stateDir: string): boolean {
  const names = path.split('/')
  // A worktree lies in the state folder itself.
  return !names.includes('.git') && (isBelow(root, stateDir) || !isBelow(join(root, path), stateDir))
}

function isBelow(path: string, folder: string): boolean {
  return `${path}${sep}`.startsWith(`${folder}${sep}`)
}

/** The size of the copy, or why there is none. */
async function copy(world: StepWorld, from: string, to: string): Promise<number | string> {
  const { files } = world.ports
  try {
    // A folder on the way may have become a link since it was listed.
    if ((await files.real(from)) !== from) return 'a link leads to it'
    if (world.leaks((await files.readBytes(from, LARGEST_LOOKED_AT)).toString('utf8'))) return SECRET
    await files.makeFolder(dirname(to), 0o700)
    await files.copy(from, to)
    const stat = await files.stat(to)
    if (stat?.kind === 'file') return stat.size
    await files.remove(to)
    return 'it is no file any more'
  } catch (error) {
    if (error instanceof PortError) return error.message
    throw error
  }
}

async function notice(io: AttemptIo, message: string): Promise<void> {
  await io.emit({ type: 'noticed', severity: 'warning', code: 'artifact-lost', message })
}
