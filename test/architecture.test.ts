import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

/** The house's table (src/README.md): what each room may import, and which node modules and packages it may touch. */
const ROOMS: Readonly<Record<string, { imports: string; packages?: string }>> = {
  base: { imports: '' },
  document: { imports: 'base', packages: 'js-yaml' },
  pipeline: { imports: 'document base', packages: 'typebox @actions/expressions' },
  plan: { imports: 'pipeline base' },
  run: { imports: 'plan pipeline base' },
  provider: { imports: 'base', packages: '@anthropic-ai/sdk openai' },
  sandbox: { imports: 'base' },
  proxy: { imports: 'provider base', packages: '@anthropic-ai/sdk openai' },
  workspace: { imports: 'base' },
  cache: { imports: 'base' },
  agent: { imports: 'provider sandbox base', packages: 'ajv @modelcontextprotocol/sdk' },
  check: { imports: 'sandbox base' },
  step: { imports: 'run agent cache check provider proxy sandbox workspace pipeline base', packages: 'ajv' },
  store: { imports: 'run base' },
  report: { imports: 'run base', packages: 'typebox' },
  ui: { imports: 'run base', packages: 'listr2' },
  telemetry: { imports: 'run base' },
  forge: { imports: 'run base' },
  host: { imports: 'base', packages: 'execa simple-git' },
  cli: { imports: '*', packages: 'commander' },
  action: { imports: '*', packages: '@actions/core @actions/cache' },
}

/** Modules of node that do nothing to the world. */
const PURE = new Set(['node:path', 'node:crypto', 'node:string_decoder', 'node:util', 'node:os', 'node:url', 'node:buffer', 'node:stream'])
const FORBIDDEN_NAMES = /(^|-)(utils?|helpers?|common|manager|service|types|index|misc)(-|$)/

const src = resolve(import.meta.dirname, '../src')

interface SourceFile {
  readonly path: string
  readonly room: string
  readonly text: string
  readonly imports: readonly string[]
}

function sourceFiles(folder = src): SourceFile[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return sourceFiles(path)
    if (!entry.name.endsWith('.ts') || entry.name.includes('.generated.')) return []
    const text = readFileSync(path, 'utf8')
    return [{ path: relative(src, path), room: relative(src, path).split('/')[0] ?? '', text, imports: importsOf(text) }]
  })
}

function importsOf(text: string): string[] {
  const statements = text.matchAll(/^\s*(?:import|export)\s+(?:type\s+)?(?:[\w*{}\s,$]+\s+from\s+)?'([^']+)'/gm)
  const dynamic = text.matchAll(/\bimport\(\s*'([^']+)'\s*\)/g)
  return [...statements, ...dynamic].map(([, module]) => module ?? '')
}

const files = sourceFiles()

/** Everything that breaks the table, as sentences. */
export function breaches(all: readonly SourceFile[]): string[] {
  return all.flatMap((file) => {
    const room = ROOMS[file.room]
    if (!room) return [`${file.path}: there is no room \`${file.room}\``]
    return file.imports.flatMap((module) => breach(file, room, module))
  })
}

function breach(file: SourceFile, room: { imports: string; packages?: string }, module: string): string[] {
  if (module.startsWith('.')) {
    const target = relative(src, resolve(src, dirname(file.path), module)).split('/')[0] ?? ''
    const allowed = room.imports === '*' || target === file.room || room.imports.split(' ').includes(target)
    return allowed ? [] : [`${file.path}: \`${file.room}\` may not import \`${target}\``]
  }
  if (module.startsWith('node:')) {
    return PURE.has(module) || file.room === 'host' ? [] : [`${file.path}: only \`host\` may touch ${module}`]
  }
  const name = module.split('/').slice(0, module.startsWith('@') ? 2 : 1).join('/')
  return room.packages?.split(' ').includes(name) ? [] : [`${file.path}: \`${file.room}\` may not use the package \`${name}\``]
}

/** The modules that reach themselves through imports that exist at run time or only as types. */
function circles(all: readonly SourceFile[]): string[] {
  const edges = new Map(all.map((file) => [
    file.path, file.imports.filter((module) => module.startsWith('.')).map((module) => relative(src, resolve(src, dirname(file.path), module))),
  ]))
  const done = new Set<string>()
  const found: string[] = []
  const walk = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) {
      found.push([...trail.slice(trail.indexOf(path)), path].join(' → '))
      return
    }
    if (done.has(path)) return
    for (const next of edges.get(path) ?? []) walk(next, [...trail, path])
    done.add(path)
  }
  for (const path of edges.keys()) walk(path, [])
  return found
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '')
}

describe('the house', () => {
  it('has arrows only where the table allows them, and touches the world only in `host`', () => {
    expect(breaches(files)).toEqual([])
  })

  it('notices an arrow upward, a touched world and a foreign package', () => {
    const bad: SourceFile = { path: 'plan/bad.ts', room: 'plan', text: '', imports: ['../run/engine.ts', 'node:fs', 'execa', '../pipeline/pipeline.ts', 'node:path'] }
    expect(breaches([bad])).toEqual([
      'plan/bad.ts: `plan` may not import `run`', 'plan/bad.ts: only `host` may touch node:fs', 'plan/bad.ts: `plan` may not use the package `execa`',
    ])
  })

  it('has no circle of imports', () => {
    expect(circles(files)).toEqual([])
  })

  it('notices a circle', () => {
    const file = (path: string, ...imports: string[]): SourceFile => ({ path, room: 'base', text: '', imports })
    expect(circles([file('base/a.ts', './b.ts'), file('base/b.ts', './c.ts'), file('base/c.ts', './a.ts')])).toEqual(['base/a.ts → base/b.ts → base/c.ts → base/a.ts'])
  })

  it('speaks to the process only under its roofs and in `host`', () => {
    const offenders = files.filter((file) => !['cli', 'action', 'host'].includes(file.room) && /\bprocess\.\w+|\bconsole\./.test(withoutComments(file.text)))
    expect(offenders.map((file) => file.path)).toEqual([])
  })

  it('has no file over 300 lines and a median of at most 80', () => {
    const sizes = files.map((file) => file.text.split('\n').length - 1).sort((a, b) => a - b)
    expect(files.filter((file) => file.text.split('\n').length - 1 > 300).map((file) => file.path)).toEqual([])
    expect(sizes[Math.floor(sizes.length / 2)]).toBeLessThanOrEqual(80)
  })

  it('names every file by a noun of its own, without default exports and barrels', () => {
    const named = files.filter((file) => FORBIDDEN_NAMES.test((file.path.split('/').at(-1) ?? '').replace(/\.ts$/, '')))
    expect(named.map((file) => file.path)).toEqual([])
    const barrels = files.filter((file) => /^export (\*|\{[^}]*\}) from/m.test(file.text) || /^export default/m.test(file.text))
    expect(barrels.map((file) => file.path)).toEqual([])
  })

  it('holds no promise for later', () => {
    const offenders = files.filter((file) => /\b(TODO|FIXME|XXX|not implemented|for now)\b/i.test(file.text))
    expect(offenders.map((file) => file.path)).toEqual([])
  })
})
