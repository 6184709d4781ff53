import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { parse } from '../../src/document/parse.ts'

export const ROOT = join(import.meta.dirname, '../..')

/** A block of a document that is fenced as YAML. */
export interface Block {
  /** Relative to the project. */
  readonly file: string
  /** Of its first line, from 1. */
  readonly line: number
  /** `fragment`: a part of a pipeline. `file`: another kind of file. */
  readonly kind: 'pipeline' | 'fragment' | 'file'
  readonly text: string
}

/** Everything that people read: the README, the documentation, what stands beside the examples and the source. */
export function documents(): string[] {
  const below = ['docs', 'examples'].flatMap((folder) => filesBelow(join(ROOT, folder)))
  return ['README.md', 'src/README.md', ...below.filter((path) => path.endsWith('.md'))]
}

/** Every pipeline that lies in the project as an example or a starting point. */
export function pipelineFiles(): string[] {
  return ['examples', 'pipelines'].flatMap((folder) => filesBelow(join(ROOT, folder))).filter((path) => /(^|\/)[^/]*\.ya?ml$/.test(path) && isPipeline(path))
}

export function readDocument(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8')
}

export function yamlBlocks(file: string, text: string): Block[] {
  return [...text.matchAll(/^( *)```ya?ml(.*)\n([^]*?)^\1```$/gm)].map((match) => {
    const [, indent = '', info = '', body = ''] = match
    const kind = info.trim() === 'fragment' ? 'fragment' : info.trim().startsWith('file=') ? 'file' : 'pipeline'
    return { file, line: text.slice(0, match.index).split('\n').length + 1, kind, text: body.replaceAll(new RegExp(`^${indent}`, 'gm'), '') }
  })
}

/** What a fragment takes for granted. */
const SURROUNDINGS: Readonly<Record<string, string>> = {
  inputs: 'inputs: { task: { type: string, default: Fix the tests } }',
  providers: 'providers: { claude: { type: anthropic } }',
  agents: 'agents: { developer: { model: claude/claude-sonnet-5 } }',
  checks: 'checks: { tests: { run: npm test } }',
  steps: 'steps: { hello: { run: echo hello } }',
}

/** The text as a whole pipeline: a fragment gets the parts that it leaves out. */
export function asPipeline({ kind, text }: Block): string {
  if (kind !== 'fragment') return text
  const { root } = parse(text, 'fragment.yml').document
  const keys = root?.kind === 'mapping' ? [...root.pairs.keys()] : []
  const missing = Object.entries(SURROUNDINGS).filter(([key]) => !keys.includes(key)).map(([, line]) => line)
  return `${text}${missing.join('\n')}\n`
}

function isPipeline(file: string): boolean {
  return /^steps:/m.test(readDocument(file))
}

function filesBelow(folder: string): string[] {
  let entries
  try {
    entries = readdirSync(folder, { withFileTypes: true })
  } catch {
    return []
  }
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.name === 'node_modules') return []
    return entry.isDirectory() ? filesBelow(path) : [relative(ROOT, path)]
  })
}
