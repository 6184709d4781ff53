import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { readSource, shownPath } from '../../../src/cli/source.ts'
import { createFiles } from '../../../src/host/files.ts'
import { folderWith, removeFolders } from '../../rig/program.ts'

afterAll(removeFolders)

const files = createFiles()

describe('reading a pipeline', () => {
  it('gives its text, and its path from where the program was started', async () => {
    const cwd = folderWith({ 'ci/a.yml': 'name: ü\n' })
    expect(await readSource(files, join(cwd, 'ci/a.yml'), cwd)).toEqual({ source: { file: 'ci/a.yml', text: 'name: ü\n' } })
  })

  it('keeps a byte order mark, so that places count as in the file', async () => {
    const cwd = folderWith({ 'a.yml': '\uFEFFname: a\n' })
    expect(await readSource(files, 'a.yml', cwd)).toEqual({ source: { file: 'a.yml', text: '\uFEFFname: a\n' } })
  })

  it('follows a link', async () => {
    const cwd = folderWith({ 'real.yml': 'name: a\n' })
    symlinkSync('real.yml', join(cwd, 'link.yml'))
    expect(await readSource(files, 'link.yml', cwd)).toEqual({ source: { file: 'link.yml', text: 'name: a\n' } })
  })

  it('tells a file that is not there', async () => {
    expect(await readSource(files, 'none.yml', folderWith({}))).toEqual({ diagnostic: mistake('none.yml', 'file-missing', 'there is no file `none.yml`') })
  })

  it('tells a folder', async () => {
    const cwd = folderWith({})
    mkdirSync(join(cwd, 'a.yml'))
    expect(await readSource(files, 'a.yml', cwd)).toEqual({ diagnostic: mistake('a.yml', 'file-unreadable', '`a.yml` is a folder, not a pipeline') })
  })

  it('reads nothing of a file that is too large', async () => {
    const cwd = folderWith({ 'a.yml': '' })
    truncateSync(join(cwd, 'a.yml'), 3_000_000_000)
    expect(await readSource(files, 'a.yml', cwd)).toEqual({ diagnostic: mistake('a.yml', 'too-large', 'the file has 3000000000 bytes, at most 1,048,576 are read') })
  })

  it.each([
    ['at the beginning', Buffer.from([0xff, 0xfd]), 1, 1],
    ['behind characters of several bytes', Buffer.concat([Buffer.from('a: 1\r\nb: ü𝒳'), Buffer.from([0xc3, 0x28])]), 2, 6],
    ['at the end, in the middle of a character', Buffer.concat([Buffer.from('a: 1\n'), Buffer.from([0xf0, 0x9f])]), 2, 1],
  ])('tells where bytes are no UTF-8: %s', async (_where, bytes, line, column) => {
    const cwd = folderWith({})
    writeFileSync(join(cwd, 'a.yml'), bytes)
    expect(await readSource(files, 'a.yml', cwd)).toEqual({ diagnostic: { ...mistake('a.yml', 'not-utf8', 'the file is not UTF-8', line, column), help: 'save it as UTF-8' } })
  })

  it.each([['little', [0xff, 0xfe, 0x61, 0x00]], ['big', [0xfe, 0xff, 0x00, 0x61]]])('knows UTF-16, %s end first', async (_end, bytes) => {
    const cwd = folderWith({})
    writeFileSync(join(cwd, 'a.yml'), Buffer.from(bytes))
    expect(await readSource(files, 'a.yml', cwd)).toMatchObject({ diagnostic: { help: 'the file looks like UTF-16, save it as UTF-8' } })
  })
})

describe('the path that is shown', () => {
  it('is relative inside the folder, and as given outside of it', () => {
    expect(['/w/a.yml', './b/../a.yml', '../a.yml', '/x/a.yml'].map((path) => shownPath(path, '/w'))).toEqual(['a.yml', 'a.yml', '../a.yml', '/x/a.yml'])
  })
})

function mistake(file: string, code: string, message: string, line = 1, column = 1): object {
  return { code, severity: 'error', message, file, line, column, end_line: line, end_column: column + 1 }
}
