import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { EXIT } from '../src/cli/exit-code.ts'
import { load } from '../src/pipeline/load.ts'
import { loadTests } from '../src/pipeline/test-file.ts'
import { FUNCTIONS } from '../src/pipeline/expression-functions.ts'
import { CONTEXTS } from '../src/pipeline/names.ts'
import { RETRYABLE } from '../src/pipeline/words.ts'
import { TOOLS } from '../src/agent/registry.ts'
import { ROOT, asPipeline, documents, pipelineFiles, readDocument, yamlBlocks } from './golden/blocks.ts'
import { sourceCodes } from './golden/codes.ts'
import { PROGRAM } from './rig/program.ts'

const texts = documents().map((file) => ({ file, text: readDocument(file) }))
const blocks = texts.flatMap(({ file, text }) => yamlBlocks(file, text))

async function mistakesOf(text: string, file: string): Promise<string[]> {
  const { diagnostics } = await load(text, file)
  return diagnostics.map(({ line, code, message }) => `${file}, line ${line}: ${code}: ${message}`)
}

describe('pipelines of the documentation', () => {
  it.each(blocks.filter((block) => block.kind !== 'file').map((block) => [`${block.file}:${block.line}`, block] as const))('%s has no mistake', async (place, block) => {
    expect(block.kind === 'fragment' || /^steps:/m.test(block.text), 'a block without `steps` is marked as `fragment` or `file=…`').toBe(true)
    expect(await mistakesOf(asPipeline(block), place)).toEqual([])
  })

  it('are there at all', () => {
    expect(blocks.filter((block) => block.kind === 'pipeline').length).toBeGreaterThanOrEqual(3)
    expect(blocks.filter((block) => block.kind === 'fragment').length).toBeGreaterThanOrEqual(5)
  })

  it.each(blocks.filter(({ kind, text }) => kind === 'file' && /^tests:/m.test(text)).map((block) => [`${block.file}:${block.line}`, block] as const))('%s is a file of tests without a mistake', (place, { text }) => {
    expect(loadTests(text, place).diagnostics).toEqual([])
  })

  it.each(pipelineFiles())('%s has no mistake', async (file) => {
    expect(await mistakesOf(readDocument(file), file)).toEqual([])
  })
})

describe('links', () => {
  it.each(texts)('of $file lead to files that exist, and to headings that they have', ({ file, text }) => {
    const links = [...text.replaceAll(/^ *```[^]*?^ *```$/gm, '').matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target ?? '')
    const broken = links.filter((link) => !/^[a-z]+:/.test(link)).filter((link) => {
      const [path = '', heading] = link.split('#')
      const target = path === '' ? file : join(dirname(file), path)
      if (!existsSync(join(ROOT, target))) return true
      return heading !== undefined && !anchorsOf(readDocument(target)).includes(heading)
    })
    expect(broken).toEqual([])
  })
})

/** As GitHub makes them. */
function anchorsOf(text: string): string[] {
  const headings = text.replaceAll(/^ *```[^]*?^ *```$/gm, '').matchAll(/^#+ (.+)$/gm)
  return [...headings].map(([, heading = '']) => heading.toLowerCase().replaceAll(/[^\p{L}\p{N}\s_-]/gu, '').replaceAll(' ', '-'))
}

describe('tables of exit codes', () => {
  it.each(['README.md', 'docs/runs.md'])('%s: they are those of the source', (file) => {
    const rows = [...readDocument(file).matchAll(/^\| (\d+(?:\+n)?) \| .+$/gm)].map(([, code]) => code)
    expect(rows).toEqual([...Object.values(EXIT).map(String), '128+n'])
  })
})

describe('commands of the README', () => {
  const told = help()
  const table = /^## Commands\n([^]*?)(?=^## )/m.exec(readDocument('README.md'))?.[1] ?? ''
  const cells = [...table.matchAll(/^\| (`.*?) \|/gm)].flatMap(([, cell = '']) => cell.split(' · '))
  const named = cells.map((cell) => cell.replaceAll('`', '').replace('orch-run ', ''))

  it('exist', () => {
    const commands = named.map((line) => line.split(' ')[0] ?? '').filter((word) => /^[a-z]+$/.test(word))
    expect(commands).toContain('validate')
    expect(commands.filter((command) => !new RegExp(`^  ${command}\\b`, 'm').test(told))).toEqual([])
  })

  it('have the options that are named', () => {
    const spans = texts.flatMap(({ text }) => [...text.matchAll(/`(--[a-z][^`\n]*|orch-run [^`\n]*)`/g)].map(([, span = '']) => span))
    const options = new Set(spans.flatMap((span) => [...span.matchAll(/(?<![\w-])--[a-z][a-z-]*/g)].map(([option]) => option)))
    const all = [told, ...['run', 'resume', 'validate', 'plan', 'approve', 'runs', 'show', 'logs', 'report', 'cancel', 'gc', 'test', 'init', 'doctor', 'schema'].map((command) => help(command))].join('\n')
    expect(options.size).toBeGreaterThan(8)
    expect([...options].filter((option) => !all.includes(option))).toEqual([])
  })

  it('are all of them', () => {
    const commands = [...told.matchAll(/^ {2}([a-z]+)(?= )/gm)].map(([, name = '']) => name).filter((name) => name !== 'help' && name !== 'run')
    expect(commands.filter((command) => !named.some((line) => line.split(' ')[0] === command))).toEqual([])
  })
})

function help(...command: string[]): string {
  return spawnSync(process.execPath, [PROGRAM, ...command, '--help'], { encoding: 'utf8' }).stdout
}

describe('the reference', () => {
  it('is fresh', () => {
    const ended = spawnSync(process.execPath, [resolve(ROOT, '.ci/docs.ts'), '--check'], { encoding: 'utf8' })
    expect({ code: ended.status, said: ended.stderr }).toEqual({ code: 0, said: '' })
  })

  it('has a section for every diagnostic, in which something is said', () => {
    const sections = readDocument('docs/diagnostics.md').split(/^### /m).slice(1)
    const codes = sections.map((section) => /^`([a-z0-9-]+)`$/m.exec(section)?.[1] ?? '')
    const silent = sections.filter((section) => section.replaceAll(/^```[^]*?^```$/gm, '').split('\n').slice(1).join(' ').trim().length < 40)
    expect(codes.toSorted()).toEqual(sourceCodes())
    expect(silent).toEqual([])
  })

  it('names every function, context, tool and failure that can be retried', () => {
    const language = readDocument('docs/language.md')
    const world = { ports: {}, task: { allowHosts: [] } } as unknown as Parameters<(typeof TOOLS)[number]['create']>[0]
    const words = [
      ...[...FUNCTIONS.values()].map(({ name }) => name), ...CONTEXTS, ...RETRYABLE, ...TOOLS.map(({ create }) => create(world).spec.name),
    ]
    expect(words.filter((word) => !language.includes(`\`${word}`))).toEqual([])
  })
})
