import { chmodSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { execFileSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { PortError } from '../../src/base/ports.ts'
import { createFiles } from '../../src/host/files.ts'

const files = createFiles()
let folder: string
const at = (name: string): string => join(folder, name)

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'orch-files-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

async function refusal(work: Promise<unknown>): Promise<string> {
  const error = await work.then(() => undefined, (reason: unknown) => reason)
  expect(error).toBeInstanceOf(PortError)
  return (error as PortError).code
}

describe('replace', () => {
  it('writes the whole file for its owner alone and leaves nothing beside it', async () => {
    await files.replace(at('a'), 'one')
    await files.replace(at('a'), 'two')
    expect([readFileSync(at('a'), 'utf8'), statSync(at('a')).mode & 0o777, readdirSync(folder)]).toEqual(['two', 0o600, ['a']])
  })

  it('is written by way of another folder, where a crash leaves what is half written', async () => {
    await files.makeFolder(at('via'))
    await files.replace(at('a'), 'one', 0o644, at('via'))
    expect([await files.read(at('a')), await files.list(at('via')), (await files.stat(at('a')))?.mode]).toEqual(['one', [], 0o644])
  })

  it('takes a mode', async () => {
    await files.replace(at('a'), 'x', 0o640)
    expect(statSync(at('a')).mode & 0o777).toBe(0o640)
  })

  it('leaves the old file and no temporary one when it fails', async () => {
    mkdirSync(at('a'))
    writeFileSync(at('a/inside'), '')
    expect(await refusal(files.replace(at('a'), 'text'))).toMatch(/EISDIR|ENOTEMPTY/)
    expect([readdirSync(folder), readdirSync(at('a'))]).toEqual([['a'], ['inside']])
  })

  it('puts a file in the place of a link instead of following it', async () => {
    writeFileSync(at('target'), 'kept')
    symlinkSync('target', at('a'))
    await files.replace(at('a'), 'new')
    expect([readFileSync(at('target'), 'utf8'), lstatSync(at('a')).isFile()]).toEqual(['kept', true])
  })
})

describe('createExclusive', () => {
  it('creates once, whoever comes first', async () => {
    const answers = await Promise.all(['1', '2', '3', '4'].map(async (text) => files.createExclusive(at('lock'), text)))
    expect(answers.filter(Boolean)).toEqual([true])
    expect([readFileSync(at('lock'), 'utf8'), readdirSync(folder)]).toEqual([String(answers.indexOf(true) + 1), ['lock']])
  })

  it('tells by a code that the folder is missing', async () => {
    expect(await refusal(files.createExclusive(at('no/lock'), ''))).toBe('ENOENT')
  })
})

describe('append', () => {
  it('adds to what is there, in order, and closes more than once', async () => {
    writeFileSync(at('log'), 'a')
    const log = await files.append(at('log'))
    await log.write('b')
    await log.sync()
    await log.write('ü')
    await log.close()
    await log.close()
    expect(readFileSync(at('log'), 'utf8')).toBe('abü')
    expect(await refusal(log.write('c'))).toBe('EBADF')
  })

  it('reports a full device', async () => {
    const log = await files.append('/dev/full')
    expect(await refusal(log.write('x'))).toBe('ENOSPC')
    await log.close()
  })
})

describe('makeFolder', () => {
  it('makes what is missing, once or many times at once, also through a link', async () => {
    mkdirSync(at('real'))
    symlinkSync('real', at('link'))
    await Promise.all([1, 2, 3, 4].map(async () => files.makeFolder(at('link/a/b/c/'), 0o700)))
    await files.makeFolder(at('link'))
    expect([statSync(at('real/a/b/c')).mode & 0o777, readdirSync(at('real/a'))]).toEqual([0o700, ['b']])
  })

  it('ends where there is a file, a dangling link, or a place that holds no folders', async () => {
    writeFileSync(at('file'), '')
    symlinkSync('nowhere', at('dangling'))
    expect([await refusal(files.makeFolder(at('file'))), await refusal(files.makeFolder(at('file/below'))), await refusal(files.makeFolder(at('dangling/a')))])
      .toEqual(['EEXIST', 'EEXIST', 'EEXIST'])
    expect(await refusal(files.makeFolder('/proc/state/runs'))).toBe('ENOENT')
  })
})

describe('remove', () => {
  it('finds nothing wrong with nothing', async () => {
    await files.remove(at('none'))
    await files.remove(at('none/below'))
  })

  it('removes a link and not what it points to, also with a slash behind it', async () => {
    mkdirSync(at('kept'))
    writeFileSync(at('kept/file'), '')
    mkdirSync(at('gone'))
    symlinkSync('../kept', at('gone/link'))
    symlinkSync('kept', at('link'))
    await files.remove(`${at('link')}/`)
    await files.remove(at('gone'))
    expect([readdirSync(folder), readdirSync(at('kept'))]).toEqual([['kept'], ['file']])
  })

  it('removes read-only folders', () => {
    mkdirSync(at('a/b'), { recursive: true })
    writeFileSync(at('a/b/file'), '')
    chmodSync(at('a/b/file'), 0o400)
    chmodSync(at('a/b'), 0o500)
    chmodSync(at('a'), 0)
    asNobody(`const { createFiles } = await import(${JSON.stringify(new URL('../../src/host/files.ts', import.meta.url).href)})
      await createFiles().remove(${JSON.stringify(at('a'))})`)
    expect(existsSync(at('a'))).toBe(false)
  })
})

/** The superuser may do anything: what is forbidden is tried by somebody else. */
function asNobody(script: string): void {
  const isRoot = process.getuid?.() === 0
  if (isRoot) execFileSync('chown', ['-R', '65534:65534', folder])
  const user = isRoot ? { uid: 65534, gid: 65534 } : {}
  execFileSync(process.execPath, ['--input-type=module', '-e', script], { ...user, stdio: ['ignore', 'ignore', 'inherit'], cwd: '/' })
}

describe('copy', () => {
  it('copies folders whole, links as links', async () => {
    mkdirSync(at('from/deep'), { recursive: true })
    writeFileSync(at('from/deep/run'), '#!/bin/sh\n', { mode: 0o755 })
    symlinkSync('deep/run', at('from/link'))
    symlinkSync('/nowhere', at('from/dangling'))
    await files.copy(at('from'), at('to'))
    expect([readdirSync(at('to')).sort(), readlinkSync(at('to/link')), readlinkSync(at('to/dangling')), statSync(at('to/deep/run')).mode & 0o777])
      .toEqual([['dangling', 'deep', 'link'], 'deep/run', '/nowhere', 0o755])
  })
})

describe('looking', () => {
  it('tells what stands at a path without following links', async () => {
    mkdirSync(at('folder'))
    writeFileSync(at('file'), 'four')
    symlinkSync('file', at('link'))
    execFileSync('mkfifo', [at('pipe')])
    const kinds = await Promise.all(['folder', 'file', 'link', 'pipe', 'none', 'file/below'].map(async (name) => (await files.stat(at(name)))?.kind))
    expect(kinds).toEqual(['folder', 'file', 'link', 'other', undefined, undefined])
    expect((await files.list(folder)).sort((a, b) => (a.name < b.name ? -1 : 1))).toEqual([
      { name: 'file', kind: 'file' }, { name: 'folder', kind: 'folder' }, { name: 'link', kind: 'link' }, { name: 'pipe', kind: 'other' },
    ])
    expect(await files.stat(at('file'))).toMatchObject({ size: 4, links: 1 })
  })

  it('resolves links, and knows when there is nothing', async () => {
    symlinkSync('nothing', at('dangling'))
    expect([await files.real(at('dangling')), await files.real(folder)]).toEqual([undefined, folder])
  })

  it('reads no more than it is asked to, and a pipe without a writer as empty', async () => {
    writeFileSync(at('file'), 'x'.repeat(200_000))
    execFileSync('mkfifo', [at('pipe')])
    expect([(await files.readBytes(at('file'), 100_001)).length, (await files.readBytes(at('file'))).length, await files.read(at('pipe'))])
      .toEqual([100_001, 200_000, ''])
  })

  it('reads a file that is too large to be read at once', async () => {
    const bytes = Buffer.alloc(3_000_000, 'abcdefg')
    writeFileSync(at('large'), bytes)
    expect((await files.readBytes(at('large'))).equals(bytes)).toBe(true)
    expect((await files.readBytes(at('large'), 2_000_000)).equals(bytes.subarray(0, 2_000_000))).toBe(true)
    expect(await files.readBytes(at('large'), 0)).toHaveLength(0)
  })

  it.runIf(process.platform === 'linux')('reads what has no size, and tells a missing file and a folder', async () => {
    expect(await files.read('/proc/self/stat')).toContain(`${process.pid} (`)
    expect([await refusal(files.read(at('gone'))), await refusal(files.read(folder))]).toEqual(['ENOENT', 'EISDIR'])
  })

  it('names the path and the reason of a refusal', async () => {
    await expect(files.read(at('none'))).rejects.toMatchObject({ code: 'ENOENT', subject: at('none'), message: `\`${at('none')}\`: it does not exist` })
  })
})
