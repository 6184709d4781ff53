import { basename, dirname, join } from 'node:path'
import type { Files } from '../base/ports.ts'

/** What a sandbox shows of this machine. */
export interface View {
  /** Can be written. */
  readonly root: string
  /** Folders of the sandbox's own that stand where temporary files and the user's home are. */
  readonly temporary: string
  readonly home: { readonly path: string; readonly own: string } | undefined
  /** Folders in which programs are looked for. */
  readonly programs: readonly string[]
  readonly visible: readonly string[]
  /** Folders of which nothing else may be seen, wherever they lie: the checkout, the state folder, those of the CI's own runner. */
  readonly hidden: readonly string[]
}

/** What a system is made of; whatever else lies at the top of the tree is not there inside. */
const SYSTEM = ['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32', '/etc', '/opt', '/nix', '/gnu']
/** Parts of a folder that holds secrets of services beside them, or a dozen file systems of which nobody needs more. */
const PARTS = ['/var/lib/gems', '/var/lib/ghc', '/var/cache/fontconfig', '/var/lib/alternatives', '/sys/devices/system', '/sys/fs/cgroup']

/** Where version managers and languages keep programs in a home; what keys they keep lies beside these. */
const TOOLCHAINS = [
  '.nvm', '.fnm', '.volta', '.nodenv', '.n', '.local/bin', '.local/lib', '.local/pipx', '.local/share/pipx', '.local/share/mise', '.local/share/uv',
  '.local/share/fnm', '.local/share/rtx', '.pyenv', '.rbenv', '.rvm', '.asdf', '.sdkman', '.jenv', '.rustup', '.cargo/bin', '.deno/bin', '.bun/bin',
  '.bun/install/global', '.dotnet', '.ghcup', 'go/bin', 'sdk', 'miniconda3', 'anaconda3', '.cache/ms-playwright', '.cache/puppeteer',
]

/** Options of bubblewrap for a view: from an empty tree on, only what is named here is there. */
export async function layOut(files: Files, view: View): Promise<string[]> {
  const { root, temporary, home, hidden } = view
  const taboo = [...hidden, root, ...(home ? [home.path] : [])]
  const shown = await realPaths(files, [...view.programs.flatMap(withInstallation), ...toolchains(home?.path), ...view.visible])
  // Nothing that would show what is hidden again, and nothing twice that is there already.
  const further = outermost(shown.filter((path) => !taboo.some((folder) => isBelow(folder, path)) && !isSystem(path, hidden)))
  return madeOnce([
    ...['/run', '/var'].map(folder), ...(await system(files)), ['--dev', '/dev'], ['--perms', '1777', '--tmpfs', '/dev/shm'],
    ...covers(hidden), ['--bind', temporary, '/tmp'], ['--bind', temporary, '/var/tmp'], ...(home ? mount('--bind', home.own, home.path) : []),
    ...further.flatMap((path) => mount('--ro-bind', path, path)), ...mount('--bind', root, root),
  ])
}

/** Every mount is paid for by every command. Sorted, a folder comes before what lies in it. */
function outermost(paths: readonly string[]): string[] {
  const kept: string[] = []
  for (const path of paths.toSorted()) if (!kept.some((folder) => isBelow(path, folder))) kept.push(path)
  return kept
}

/** Options in which no folder is made that is there already: one that was made, and is not hidden since by what was mounted over it. */
function madeOnce(options: readonly string[][]): string[] {
  const made = new Set<string>()
  return options.flatMap((option) => {
    const target = option.at(-1) ?? ''
    if (option.includes('--dir') && made.has(target)) return []
    for (const path of option.includes('--dir') ? [] : made) if (path !== target && isBelow(path, target)) made.delete(path)
    made.add(target)
    return option
  })
}

/** A mount with the folders above it: by itself bubblewrap makes them so that only their maker may pass. One option each. */
export function mount(option: string, source: string, target: string): string[][] {
  const names = dirname(target).split('/').filter((name) => name !== '')
  const above = names.map((_, at) => `/${names.slice(0, at + 1).join('/')}`).filter((path) => !SYSTEM.includes(`/${path.split('/')[1] ?? ''}`))
  return [...above.map(folder), [option, source, target]]
}

function folder(path: string): string[] {
  return ['--perms', '0755', '--dir', path]
}

/** The programs and libraries of this system. */
export async function system(files: Files): Promise<string[][]> {
  const options = [...SYSTEM, ...PARTS].map(async (path) => {
    const stat = await files.stat(path)
    if (stat?.kind === 'folder') return mount('--ro-bind', path, path)
    const target = stat?.kind === 'link' ? await files.real(path) : undefined
    return target === undefined ? [] : mount('--symlink', target, path)
  })
  return (await Promise.all(options)).flat()
}

/** What is hidden in a folder of the system is covered from that folder's own child on: a runner keeps its keys beside its work. */
function covers(hidden: readonly string[]): string[][] {
  const tops = hidden.flatMap((path) => {
    const top = SYSTEM.find((folder) => isBelow(path, folder))
    return top === undefined || path === top ? [] : [join(top, path.slice(top.length + 1).split('/')[0] ?? '')]
  })
  return [...new Set(tops)].map((path) => ['--perms', '0755', '--tmpfs', path])
}

/** A folder of programs with what belongs to them: their libraries lie beside `bin`. */
function withInstallation(folder: string): string[] {
  if (!['bin', 'sbin', '.bin', 'shims', 'Scripts'].includes(basename(folder))) return [folder]
  const whole = dirname(folder)
  return ['.cargo', '.local', 'go', '.bun', '.deno'].includes(basename(whole)) ? [folder] : [whole, folder]
}

function toolchains(home: string | undefined): string[] {
  return home === undefined ? [] : TOOLCHAINS.map((path) => join(home, path))
}

/** Those that exist, also where their links lead to. Whatever holds others comes first. */
async function realPaths(files: Files, paths: readonly string[]): Promise<string[]> {
  const found = await Promise.all([...new Set(paths)].map(async (path) => {
    const real = path.startsWith('/') ? await files.real(path).catch(() => undefined) : undefined
    return real === undefined ? [] : [path, real]
  }))
  return [...new Set(found.flat())].sort()
}

function isSystem(path: string, hidden: readonly string[]): boolean {
  const isCovered = covers(hidden).some((cover) => isBelow(path, cover.at(-1) ?? ''))
  return !isCovered && SYSTEM.some((folder) => isBelow(path, folder))
}

/** Whether a path is a folder or lies somewhere in it. */
export function isBelow(path: string, folder: string): boolean {
  return path === folder || folder === '/' || path.startsWith(`${folder}/`)
}
