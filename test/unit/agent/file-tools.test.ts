import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../../src/base/json.ts'
import { PortError } from '../../../src/base/ports.ts'
import { writeFileTool } from '../../../src/agent/tools/write-file.ts'
import { never, ports, shell, taskIn, temporaryRoot, use } from './rig.ts'

/** What a tool answers, refusals marked. */
async function ask(root: string, name: string, input: JsonObject): Promise<string> {
  const { output, isError } = await use(taskIn(root), name, input)
  return isError ? `refused: ${output}` : output
}

function text(root: string, path: string): string {
  return readFileSync(join(root, path), 'utf8')
}

describe('read_file', () => {
  it('numbers the lines, all or those asked for', async () => {
    const root = temporaryRoot({ 'a.ts': 'one\r\ntwo\n\nfour\n', 'empty.txt': '' })
    expect(await ask(root, 'read_file', { path: 'a.ts' })).toBe('1\tone\n2\ttwo\n3\t\n4\tfour')
    expect(await ask(root, 'read_file', { path: 'a.ts', start_line: 2, end_line: 2 })).toBe('2\ttwo')
    expect(await ask(root, 'read_file', { path: 'a.ts', start_line: 4, end_line: 99 })).toBe('4\tfour')
    expect(await ask(root, 'read_file', { path: 'empty.txt' })).toBe('[the file is empty]')
  })

  it('says what it cannot read', async () => {
    const root = temporaryRoot({ 'a.ts': 'x\n', 'd/b': '' })
    writeFileSync(join(root, 'nul.bin'), Buffer.from([65, 0, 66]))
    writeFileSync(join(root, 'latin.txt'), Buffer.from([0xe9, 0x20]))
    shell(root, 'truncate -s 17M huge.txt')
    expect(await ask(root, 'read_file', { path: 'none' })).toBe('refused: there is no file `none`')
    expect(await ask(root, 'read_file', { path: 'd' })).toBe('refused: `d` is a folder; `list_directory` shows what is in it')
    expect(await ask(root, 'read_file', { path: 'nul.bin' })).toBe('refused: `nul.bin` is a binary file of 3 bytes')
    expect(await ask(root, 'read_file', { path: 'latin.txt' })).toBe('refused: `latin.txt` is a binary file of 2 bytes')
    expect(await ask(root, 'read_file', { path: 'huge.txt' })).toMatch(/^refused: `huge.txt` has 17825792 bytes, which is too large/)
    expect(await ask(root, 'read_file', { path: 'a.ts', start_line: 2 })).toBe('refused: the file has 1 lines; line 2 is not there')
    expect(await ask(root, 'read_file', { path: 'a.ts', start_line: 1, end_line: 0 })).toBe('refused: `end_line` must be at least 1, not 0')
    expect(await ask(root, 'read_file', { path: '../outside/secret.txt' })).toMatch(/^refused: .* leaves the workspace$/)
  })

  it('gives as many lines as fit and says where to read on', async () => {
    const root = temporaryRoot({ 'long.txt': `${'x'.repeat(99)}\n`.repeat(1000), 'line.txt': '😀'.repeat(40_000) })
    const first = await ask(root, 'read_file', { path: 'long.txt' })
    expect(first.length).toBeLessThan(30_100)
    expect(first.split('\n').at(-1)).toBe('[lines 1 to 289 of 1000; read on with `start_line` 290]')
    expect(await ask(root, 'read_file', { path: 'long.txt', start_line: 999 })).toBe(`999\t${'x'.repeat(99)}\n1000\t${'x'.repeat(99)}`)
    const line = await ask(root, 'read_file', { path: 'line.txt' })
    expect([line.slice(0, 4), line.slice(-35), line.isWellFormed()]).toEqual(['1\t😀', '[… the line has 80000 characters …]', true])
  })
})

describe('write_file', () => {
  it('creates a file with its folders, or replaces one', async () => {
    const root = temporaryRoot({ 'a.ts': 'old' })
    expect(await ask(root, 'write_file', { path: 'x/y/b.ts', content: 'one\ntwo\n' })).toBe('created `x/y/b.ts`: 2 lines')
    expect(await ask(root, 'write_file', { path: 'a.ts', content: '' })).toBe('replaced `a.ts`: 0 lines')
    expect([text(root, 'x/y/b.ts'), text(root, 'a.ts')]).toEqual(['one\ntwo\n', ''])
  })

  it('says what it cannot write', async () => {
    const root = temporaryRoot({ 'd/a': '' })
    shell(root, 'ln -s ../outside/secret.txt link; ln ../outside/secret.txt hard; ln -s ../outside/new dead')
    expect(await ask(root, 'write_file', { path: 'd', content: '' })).toBe('refused: `d` is a folder')
    expect(await ask(root, 'write_file', { path: 'd/a/b', content: '' })).toBe('refused: a part of `d/a/b` is no folder')
    for (const path of ['link', 'hard', 'dead', '../outside/x', '.git/hooks/pre-commit', '/tmp/x', 'a\0']) {
      expect(await ask(root, 'write_file', { path, content: 'pwned' })).toMatch(/^refused: /)
    }
    expect(await ask(root, 'write_file', { path: 'a', content: '\ud800' })).toMatch(/^refused: `content` holds half/)
    expect(shell(root, 'cat ../outside/secret.txt; ls ../outside; ls -A')).toBe('secret\nsecret.txt\nd\ndead\nhard\nlink\n')
  })

  it('tells a refusal of the system without its absolute path', async () => {
    const root = temporaryRoot()
    const files = { ...ports.files, replace: async () => Promise.reject(new PortError('EXDEV', root, `cannot link in ${root}`)) }
    const told = await use(taskIn(root), 'write_file', { path: 'a', content: '' }, { ...ports, files })
    expect(told).toEqual({ output: '`write_file` failed: the system says EXDEV', isError: true })
  })
})

describe('edit_file', () => {
  const edit = async (root: string, old_text: string, new_text: string): Promise<string> =>
    ask(root, 'edit_file', { path: 'a.ts', old_text, new_text })

  it('replaces what occurs exactly once, taken literally', async () => {
    const root = temporaryRoot({ 'a.ts': 'let a = 1\nlet b = 2\n' })
    expect(await edit(root, 'b = 2', "b = '$&$1'")).toBe('edited `a.ts` at line 2')
    expect(text(root, 'a.ts')).toBe("let a = 1\nlet b = '$&$1'\n")
    expect(await edit(root, 'let a = 1\n', '')).toBe('edited `a.ts` at line 1')
  })

  it('changes nothing otherwise, and says how often it occurs', async () => {
    const root = temporaryRoot({ 'a.ts': 'aaa b b' })
    const unchanged = 'refused: `a.ts` is unchanged: '
    expect(await edit(root, 'b', 'c')).toBe(
      `${unchanged}\`old_text\` occurs 2 times, and must occur exactly once; take in more of what surrounds it`,
    )
    expect(await edit(root, 'aa', 'c')).toContain('occurs 2 times')
    expect(await edit(root, 'x', 'c')).toContain('does not occur in it')
    expect(await edit(root, '', 'c')).toContain('`old_text` is empty')
    expect(await edit(root, 'aaa', 'aaa')).toContain('are the same')
    expect(await ask(root, 'edit_file', { path: 'none', old_text: 'a', new_text: 'b' })).toBe('refused: there is no file `none`')
    expect(text(root, 'a.ts')).toBe('aaa b b')
  })

  it('keeps CRLF where the file has it', async () => {
    const root = temporaryRoot({ 'a.ts': 'one\r\ntwo\r\nthree\r\n' })
    expect(await edit(root, 'one\ntwo', 'two\none')).toBe('edited `a.ts` at line 1')
    expect(text(root, 'a.ts')).toBe('two\r\none\r\nthree\r\n')
  })
})

describe('folders and deletion', () => {
  it('lists names with their kinds, and nothing of git', async () => {
    const root = temporaryRoot({ 'b.ts': '', 'a/c': '', '.git/config': '', '.gitignore': '' })
    shell(root, 'ln -s b.ts link; mkdir none')
    expect(await ask(root, 'list_directory', { path: '.' })).toBe('.gitignore\na/\nb.ts\nlink@\nnone/')
    expect(await ask(root, 'list_directory', { path: 'none' })).toBe('[the folder is empty]')
    expect(await ask(root, 'list_directory', { path: 'b.ts' })).toBe('refused: `b.ts` is a file; `read_file` shows what is in it')
    expect(await ask(root, 'list_directory', { path: 'x' })).toBe('refused: there is no folder `x`')
    expect(await ask(root, 'list_directory', { path: '..' })).toBe('refused: `..` leaves the workspace')
  })

  it('bounds a long list', async () => {
    const root = temporaryRoot()
    shell(root, 'seq -f f%04g 1200 | xargs touch')
    const lines = (await ask(root, 'list_directory', { path: '.' })).split('\n')
    expect([lines.length, lines.at(-1)]).toEqual([1001, '[… 200 more]'])
  })

  it('creates folders', async () => {
    const root = temporaryRoot({ f: '' })
    expect(await ask(root, 'create_directory', { path: 'x/y' })).toBe('created `x/y`')
    expect(await ask(root, 'create_directory', { path: 'x' })).toBe('`x` is there already')
    expect(await ask(root, 'create_directory', { path: 'f' })).toBe('refused: `f` is a file')
    expect(await ask(root, 'create_directory', { path: '../y' })).toBe('refused: `../y` leaves the workspace')
  })

  it('deletes a file, a link itself, an empty folder, and nothing else', async () => {
    const root = temporaryRoot({ 'a.ts': '', 'd/x': '' })
    shell(root, 'ln -s ../outside/secret.txt link; ln -s ../outside out; mkdir e')
    expect(await ask(root, 'delete_file', { path: 'a.ts' })).toBe('deleted `a.ts`')
    expect(await ask(root, 'delete_file', { path: 'link' })).toBe('deleted `link`')
    expect(await ask(root, 'delete_file', { path: 'e' })).toBe('deleted `e`')
    expect(await ask(root, 'delete_file', { path: 'a.ts' })).toBe('refused: there is no file `a.ts`')
    expect(await ask(root, 'delete_file', { path: 'd' })).toBe('refused: `d` is a folder that is not empty; delete its files one by one')
    expect(await ask(root, 'delete_file', { path: '.' })).toBe('refused: the working folder itself is not deleted')
    expect(await ask(root, 'delete_file', { path: 'out/secret.txt' })).toMatch(/^refused: .* through a link/)
    expect(shell(root, 'ls; ls ../outside')).toBe('d\nout\nsecret.txt\n')
    expect(existsSync(join(root, 'd/x'))).toBe(true)
  })
})

describe('the input of a tool', () => {
  it.each<[JsonObject, string]>([
    [{}, 'the field `path` is missing'],
    [{ path: null }, 'the field `path` is missing'],
    [{ path: 3 }, '`path` must be a string'],
    [{ path: 'a', lines: 3 }, 'there is no field `lines`; the fields are `path`, `start_line`, `end_line`'],
    [{ path: 'a', start_line: '1' }, '`start_line` must be a whole number'],
    [{ path: 'a', start_line: 1.5 }, '`start_line` must be a whole number'],
    [
      JSON.parse('{"path":"a","__proto__":{"x":1}}') as JsonObject,
      'there is no field `__proto__`; the fields are `path`, `start_line`, `end_line`',
    ],
  ])('is refused with what is wrong: %j', async (input, problem) => {
    expect(await ask(temporaryRoot(), 'read_file', input)).toBe(`refused: ${problem}`)
  })
})

describe('a fault of the machine', () => {
  it.each(['ENOSPC', 'EIO'])('is no answer to the agent but ends its work: %s', async (code) => {
    const root = temporaryRoot({ 'a.ts': 'x\n' })
    const replace = async (path: string): Promise<void> => Promise.reject(new PortError(code, path, 'the machine'))
    const world = { task: taskIn(root), ports: { ...ports, files: { ...ports.files, replace } } }
    await expect(writeFileTool(world).run({ path: 'a.ts', content: 'y\n' }, never)).rejects.toThrow('the machine')
  })

  it('is not what the system refuses at one place', async () => {
    const root = temporaryRoot({ 'a.ts': 'x\n' })
    const replace = async (path: string): Promise<void> => Promise.reject(new PortError('EACCES', path, 'the place'))
    const world = { task: taskIn(root), ports: { ...ports, files: { ...ports.files, replace } } }
    expect(await writeFileTool(world).run({ path: 'a.ts', content: 'y\n' }, never)).toEqual({ output: '`write_file` failed: the permission is denied', isError: true })
  })
})
