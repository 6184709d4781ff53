import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { Diagnostic } from '../src/document/diagnostic.ts'
import { childReader } from '../src/cli/load-pipeline.ts'
import { createFiles } from '../src/host/files.ts'
import { load } from '../src/pipeline/load.ts'
import { OTHER_WORDS, sourceCodes, sourceWords } from './golden/codes.ts'
import { MADE } from './golden/made.ts'
import { printed, shortened, validateFile } from './golden/validate.ts'
import type { Validated } from './golden/validate.ts'
import { folderWith, orchRun, removeFolders } from './rig/program.ts'

/** `UPDATE_GOLDEN=1 npx vitest run test/golden.test.ts` writes what is printed now; then read the difference. */
const UPDATE = process.env.UPDATE_GOLDEN === '1'

const folder = join(import.meta.dirname, 'golden')
const written = readdirSync(folder).flatMap((name) => (name.endsWith('.yml') ? [name.slice(0, -4)] : []))
const names = [...written, ...Object.keys(MADE)].sort()
/** Files that show many mistakes at once; all others are named by their code. */
const many = names.filter((name) => name.startsWith('many-'))
const codes = names.filter((name) => !name.startsWith('many-'))

afterAll(removeFolders)

function goldenOf(name: string): string {
  const path = join(folder, `${name}.txt`)
  return existsSync(path) ? readFileSync(path, 'utf8') : ''
}

/** The folder in which `<name>.yml` lies, made where it cannot lie in the repository. */
function placeOf(name: string): string {
  const make = MADE[name]
  if (!make) return folder
  const place = folderWith({})
  make(join(place, `${name}.yml`))
  return place
}

async function validated(name: string): Promise<Validated> {
  return validateFile(placeOf(name), `${name}.yml`)
}

describe('golden files', () => {
  it('exist for every code of the source', () => {
    expect(sourceCodes().filter((code) => !codes.includes(code))).toEqual([])
  })

  it('are named by codes that exist', () => {
    const told = readdirSync(folder).flatMap((name) => (name.endsWith('.txt') ? [name.slice(0, -4)] : []))
    const strange = [...codes, ...told].filter((name) => !sourceCodes().includes(name) && !many.includes(name))
    expect(strange).toEqual([])
  })

  it('are either written or made', () => {
    expect(written.filter((name) => name in MADE)).toEqual([])
  })

  it('tell words apart that are no codes, and none that is gone', () => {
    expect(OTHER_WORDS.filter((word) => !sourceWords().has(word))).toEqual([])
  })

  it.each(names)('%s', async (name) => {
    const text = printed(await validated(name))
    if (UPDATE) writeFileSync(join(folder, `${name}.txt`), text)
    expect(text).toBe(goldenOf(name))
  })
})

async function everything(): Promise<Diagnostic[]> {
  const all: Diagnostic[] = []
  for (const name of names) all.push(...(await validated(name)).diagnostics)
  return all
}

describe('every diagnostic', () => {
  it.each(codes)('%s is missed by its golden file when it is not told', async (code) => {
    const whole = await validated(code)
    expect(goldenOf(code)).toMatch(new RegExp(`^(error|warning)\\[${code}\\]: `, 'm'))
    expect(printed({ ...whole, diagnostics: whole.diagnostics.filter((diagnostic) => diagnostic.code !== code) })).not.toBe(goldenOf(code))
  })

  it('is one of the listed codes', async () => {
    expect([...new Set((await everything()).map((diagnostic) => diagnostic.code))].sort()).toEqual(sourceCodes())
  })

  it('follows the rules for messages', async () => {
    const wrong = (await everything()).flatMap(({ message, help = '' }) => [message, help]).filter((text) => /^[A-Z]|\.$|\p{Cc}|\n/u.test(text))
    expect(wrong).toEqual([])
  })
})

/** Diagnostics that no golden file can show, with where they are tested. */
const UNSHOWN = [
  // Whatever the system says of a file: to a superuser nothing is forbidden.
  'src/cli/source.ts: file-unreadable',
  // The same as of a file, for texts that come from elsewhere.
  'src/document/parse.ts: too-large',
  // For a form that has no words of its own; that all have some is tested with the forms.
  'src/pipeline/explain-keys.ts: bad-name', 'src/pipeline/explain-value.ts: bad-value',
]

describe('every place of the source that gives a diagnostic', () => {
  it('is missed by a golden file when it is removed', { timeout: 300_000 }, () => {
    const ended = spawnSync(process.execPath, [join(folder, 'mutants.ts')], { encoding: 'utf8' })
    const { sites, unplaced, survivors } = JSON.parse(ended.stdout || '{}') as { sites?: number; unplaced?: string[]; survivors?: string[] }
    expect({ said: ended.stderr, unplaced, survivors: survivors?.toSorted() }).toEqual({ said: '', unplaced: [], survivors: UNSHOWN.toSorted() })
    expect(sites).toBeGreaterThan(codes.length)
  })
})

describe('pipelines that are read at the same time', () => {
  it('are told their own mistakes each', async () => {
    const texts = written.map((name) => [`${name}.yml`, readFileSync(join(folder, `${name}.yml`), 'utf8')] as const)
    const loaded = await Promise.all(texts.map(([file, text]) => load(text, file, undefined, childReader(createFiles(), folder), childReader(createFiles(), folder))))
    expect(loaded.map(printed)).toEqual(written.map(goldenOf))
  })
})

describe('many mistakes at once', () => {
  it.each(many)('%s: all are told, sorted by place', async (name) => {
    const { diagnostics } = await validated(name)
    const places = diagnostics.map(({ file, line, column }) => [file, line, column] as const)
    expect(places).toEqual(places.toSorted((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : a[1] - b[1] || a[2] - b[2])))
    expect(diagnostics.length).toBeGreaterThanOrEqual(3)
  })

  it.each(many)('%s: each one is missed by the golden file when it is not told', async (name) => {
    const whole = await validated(name)
    const survivors = whole.diagnostics.filter((one) => printed({ ...whole, diagnostics: whole.diagnostics.filter((other) => other !== one) }) === goldenOf(name))
    expect(survivors).toEqual([])
  })
})

describe('the built program', () => {
  it.each(['unknown-key', 'cycle', 'literal-secret', 'many-first-draft', ...Object.keys(MADE)])('prints the golden text of %s', async (name) => {
    const ended = await orchRun({ cwd: placeOf(name), args: ['validate', `${name}.yml`] })
    expect({ ...ended, ms: 0, stderr: shortened(ended.stderr) }).toEqual({ code: 2, stdout: '', stderr: goldenOf(name), ms: 0 })
  })

  it('exits with 0 where there are only warnings', async () => {
    const ended = await orchRun({ cwd: folder, args: ['validate', 'constant-comparison.yml'] })
    expect({ ...ended, ms: 0 }).toEqual({ code: 0, stdout: '', stderr: goldenOf('constant-comparison'), ms: 0 })
  })

  it('finds in all files together what it finds in each', async () => {
    const files = written.map((name) => `${name}.yml`)
    const each = (await everything()).filter(({ file }) => files.includes(file))
    const ended = await orchRun({ cwd: folder, args: ['validate', '--format', 'json', ...files] })
    expect(ended.code).toBe(2)
    const byFile = Map.groupBy(JSON.parse(ended.stdout) as { file: string }[], ({ file }) => file)
    expect(Object.fromEntries(byFile)).toEqual(Object.fromEntries(Map.groupBy(each, ({ file }) => file)))
  })
})
