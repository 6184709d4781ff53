import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isGitName, placeOf } from '../../../src/agent/path.ts'
import type { PathUse } from '../../../src/agent/path.ts'
import type { Files } from '../../../src/base/ports.ts'
import { ports, shell, taskIn, temporaryRoot, use } from './rig.ts'

async function look(root: string, path: string, use: PathUse = 'read', cwd = root): Promise<string> {
  const found = await placeOf(ports.files, { root, cwd }, path, use)
  return found.ok ? relative(root, found.value.path) || '.' : `refused: ${found.error}`
}

describe('a path of an agent', () => {
  it('is relative to the working folder and may go up within the root', async () => {
    const root = temporaryRoot({ 'pkg/a/x.ts': '', 'b.ts': '' })
    const cwd = join(root, 'pkg')
    expect(await look(root, 'a/x.ts', 'read', cwd)).toBe('pkg/a/x.ts')
    expect(await look(root, './a//./x.ts', 'write', cwd)).toBe('pkg/a/x.ts')
    expect(await look(root, '../b.ts', 'write', cwd)).toBe('b.ts')
    expect(await look(root, 'new/deep/y.ts', 'write', cwd)).toBe('pkg/new/deep/y.ts')
    expect(await look(root, '.', 'read', cwd)).toBe('pkg')
    expect(await look(root, '..foo', 'write', cwd)).toBe('pkg/..foo')
  })

  it.each([
    ['../x', 'refused: `../x` leaves the workspace'],
    ['a/../../x', 'refused: `a/../../x` leaves the workspace'],
    ['/etc/passwd', 'refused: `/etc/passwd` is absolute; paths are relative to the working folder'],
    ['', 'refused: the path is empty; `.` is the working folder'],
    [' ', 'refused: the path is empty; `.` is the working folder'],
    ['a\0b', 'refused: the path holds a NUL character'],
    ['\ud800', 'refused: the path is no valid text'],
    ['x'.repeat(5000), 'refused: the path is longer than 4096 characters'],
    ['none/../x', 'refused: `none/../x` goes up from a folder that does not exist'],
    ['f.txt/x', 'refused: a part of `f.txt/x` is no folder'],
    ['.git', 'refused: `.git` belongs to git, whose own files are neither read nor written'],
    ['a/.GIT/config', 'refused: `a/.GIT/config` belongs to git, whose own files are neither read nor written'],
    ['.git/../f.txt', 'refused: `.git/../f.txt` belongs to git, whose own files are neither read nor written'],
    ['x'.repeat(300), `refused: \`${'x'.repeat(200)}…\` cannot be used: the name is too long`],
  ])('is refused: %j', async (path, refusal) => {
    const root = temporaryRoot({ 'a/y': '', 'f.txt': '' })
    for (const use of ['read', 'write', 'remove'] as const) expect(await look(root, path, use)).toBe(refusal)
  })

  it('follows links inside for reading only, and none that leave', async () => {
    const root = temporaryRoot({ 'dir/a.txt': 'a', '.git/config': '' })
    shell(root, 'ln -s dir/a.txt in; ln -s dir folder; ln -s ../outside out; ln -s none dangling; ln -s .git sly; ln -s loop loop')
    shell(root, 'ln -s "$PWD/dir/a.txt" absolute; ln -s out chain; mkdir sub; ln -s .. sub/up; ln -s ../.. sub/upup')
    expect(await look(root, 'in')).toBe('dir/a.txt')
    expect(await look(root, 'absolute')).toBe('dir/a.txt')
    expect(await look(root, 'folder/a.txt')).toBe('dir/a.txt')
    expect(await look(root, 'folder/../in')).toBe('dir/a.txt')
    expect(await look(root, 'sub/up/dir/a.txt')).toBe('dir/a.txt')
    expect(await look(root, 'in', 'write')).toBe('refused: `in` leads through a link, and nothing may be written through one')
    expect(await look(root, 'folder/n', 'write')).toBe('refused: `folder/n` leads through a link, and nothing may be written through one')
    expect(await look(root, 'folder/a.txt', 'remove')).toMatch(/^refused: .* through a link/)
    expect(await look(root, 'in', 'remove')).toBe('in')
    expect(await look(root, 'out/secret.txt')).toBe('refused: `out/secret.txt` leaves the workspace through a link')
    expect(await look(root, 'chain/secret.txt')).toBe('refused: `chain/secret.txt` leaves the workspace through a link')
    expect(await look(root, 'sub/upup/outside')).toBe('refused: `sub/upup/outside` leaves the workspace through a link')
    expect(await look(root, 'folder/../../outside/secret.txt')).toMatch(/^refused: .* leaves the workspace$/)
    expect(await look(root, 'dangling')).toBe('refused: `dangling` is a link to what does not exist')
    expect(await look(root, 'sly/config')).toBe('refused: `sly/config` belongs to git, whose own files are neither read nor written')
    expect(await look(root, 'loop')).toBe('refused: `loop` cannot be used: its links lead in a circle')
  })

  it('with several names is not written, but read and removed', async () => {
    const root = temporaryRoot()
    shell(root, 'ln ../outside/secret.txt hard')
    expect(await look(root, 'hard', 'write')).toBe('refused: `hard` is one of several names of a file (a hard link) and may not be written')
    expect(await look(root, 'hard')).toBe('hard')
    expect(await look(root, 'hard', 'remove')).toBe('hard')
  })

  it('of a pipe or a device is refused', async () => {
    const root = temporaryRoot()
    shell(root, 'mkfifo pipe')
    expect(await look(root, 'pipe')).toBe('refused: `pipe` is neither a file nor a folder')
  })

  it('in a root below a folder of git, or reached through a link, is judged by what is below the root', async () => {
    const outer = temporaryRoot({ '.git/trees/1/a.txt': '' })
    const root = join(outer, '.git/trees/1')
    expect(await look(root, 'a.txt', 'write')).toBe('a.txt')
    shell(outer, 'ln -s .git/trees/1 alias')
    const found = await placeOf(ports.files, { root: join(outer, 'alias'), cwd: join(outer, 'alias') }, 'a.txt', 'write')
    expect(found.ok && found.value.path).toBe(join(root, 'a.txt'))
  })

  it('never leaves the root, whatever its names are', async () => {
    const root = temporaryRoot({ 'a/b/c.txt': '', '.git/x': '' })
    shell(root, 'ln -s ../outside out; ln -s a/b in; ln -s .. a/up; ln -s / a/top; ln -s ../../.. a/b/far; ln -s nothing dead')
    shell(root, 'ln -s "$PWD/a" abs')
    const links = ['out', 'in', 'up', 'top', 'far', 'dead', 'abs']
    const name = fc.constantFrom(...links, 'a', 'b', 'c.txt', '..', '..', '.', '', 'new', '.git', 'work')
    const names = fc.oneof(
      { weight: 9, arbitrary: fc.array(name, { maxLength: 4 }).map((parts) => parts.join('/')) },
      { weight: 1, arbitrary: fc.string() },
    )
    const way = fc.tuple(names, fc.constantFrom<PathUse>('read', 'write', 'remove'), fc.constantFrom('', 'a', 'a/b'))
    await fc.assert(
      fc.asyncProperty(way, async ([path, use, below]) => {
        const found = await placeOf(ports.files, { root, cwd: join(root, below) }, path, use)
        if (!found.ok) return true
        const real = await ports.files.real(found.value.path)
        const inside = (at: string): boolean => at === root || at.startsWith(root + sep)
        const followed = use === 'remove' && found.value.stat?.kind === 'link'
        return inside(found.value.path) && (real === undefined || followed || inside(real)) && !found.value.path.includes('/.git')
      }),
      { numRuns: 500 },
    )
  })
})

describe('a name of git', () => {
  it('is known in its disguises', () => {
    const disguised = ['.git', '.GIT', '.git.', '.git ', 'git~1', '.g\u200cit', '.git::$INDEX_ALLOCATION']
    expect(disguised.filter((name) => !isGitName(name))).toEqual([])
    expect(['.github', '.gitignore', 'git', 'a.git', '.gitx'].filter(isGitName)).toEqual([])
  })
})

describe('a race', () => {
  /** Swaps a folder for a link to the outside right before an operation of the port. */
  function racing(root: string, operation: 'readBytes' | 'makeFolder'): Files {
    const swap = (): void => void shell(root, 'if [ ! -L d ]; then mv d old; ln -s ../outside d; fi')
    return {
      ...ports.files,
      readBytes: async (path, limit) => {
        if (operation === 'readBytes') swap()
        return ports.files.readBytes(path, limit)
      },
      makeFolder: async (path, mode) => {
        if (operation === 'makeFolder') swap()
        return ports.files.makeFolder(path, mode)
      },
    }
  }

  it('between looking and reading gives nothing away', async () => {
    const root = temporaryRoot({ 'd/secret.txt': 'mine' })
    const world = { ...ports, files: racing(root, 'readBytes') }
    expect(await use(taskIn(root), 'read_file', { path: 'd/secret.txt' }, world)).toEqual({
      output: '`d/secret.txt` was replaced while it was read',
      isError: true,
    })
  })

  it('in a search gives nothing away', async () => {
    const root = temporaryRoot({ 'd/secret.txt': 'mine' })
    const world = { ...ports, files: racing(root, 'readBytes') }
    expect(await use(taskIn(root), 'search_files', { pattern: '.' }, world)).toEqual({ output: '[no line matches]', isError: false })
  })

  it('between looking and writing writes nothing outside', async () => {
    const root = temporaryRoot({ 'd/secret.txt': 'mine' })
    const world = { ...ports, files: racing(root, 'makeFolder') }
    expect(await use(taskIn(root), 'write_file', { path: 'd/secret.txt', content: 'pwned' }, world)).toEqual({
      output: '`d/secret.txt` was replaced while it was written',
      isError: true,
    })
    expect(readFileSync(join(root, '../outside/secret.txt'), 'utf8')).toBe('secret\n')
  })

  it('of a file that becomes a link writes over the link, not through it', async () => {
    const root = temporaryRoot({ 'f.txt': 'mine' })
    const files: Files = {
      ...ports.files,
      replace: async (path, text, mode) => {
        shell(root, 'ln -sf ../outside/secret.txt f.txt')
        return ports.files.replace(path, text, mode)
      },
    }
    await use(taskIn(root), 'write_file', { path: 'f.txt', content: 'new' }, { ...ports, files })
    expect(readFileSync(join(root, '../outside/secret.txt'), 'utf8')).toBe('secret\n')
    expect(readFileSync(join(root, 'f.txt'), 'utf8')).toBe('new')
  })
})

it('keeps a script executable, and makes none', async () => {
  const root = temporaryRoot()
  mkdirSync(join(root, 'x'))
  writeFileSync(join(root, 'x/run.sh'), 'true', { mode: 0o755 })
  await use(taskIn(root), 'write_file', { path: 'x/run.sh', content: 'false' })
  await use(taskIn(root), 'write_file', { path: 'y/z/new.txt', content: '' })
  expect(shell(root, 'test -x x/run.sh; test ! -x y/z/new.txt; cat x/run.sh')).toBe('false')
})
