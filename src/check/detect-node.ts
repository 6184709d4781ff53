import { isObject } from '../base/json.ts'
import type { Detected, DetectedKind, Project } from './detected.ts'

const SCRIPTS: Readonly<Record<DetectedKind, readonly string[]>> = {
  types: ['types', 'typecheck', 'type-check', 'tsc'],
  lint: ['lint'],
  tests: ['test'],
}

const MANAGERS: readonly (readonly [file: string, manager: string])[] = [
  ['pnpm-lock.yaml', 'pnpm'],
  ['yarn.lock', 'yarn'],
  ['bun.lock', 'bun'],
  ['bun.lockb', 'bun'],
  ['package-lock.json', 'npm'],
  ['npm-shrinkwrap.json', 'npm'],
]

const ESLINT_CONFIGS = [
  ...['js', 'mjs', 'cjs', 'ts', 'mts', 'cts'].map((ending) => `eslint.config.${ending}`),
  ...['.js', '.cjs', '.json', '.yml', '.yaml', ''].map((ending) => `.eslintrc${ending}`),
]

/** The scripts of package.json; where one is missing, the compiler and the linter whose configuration is there. */
export async function detectNode(project: Project): Promise<Map<DetectedKind, Detected>> {
  const found = new Map<DetectedKind, Detected>()
  const manifest = parseObject(await project.read('package.json'))
  if (manifest) {
    const manager = await managerOf(project, manifest)
    for (const [kind, name] of scriptsOf(manifest)) found.set(kind, { script: runScript(manager, name), from: 'package.json', report: undefined })
  }
  const compiler = await compilerOf(project)
  if (compiler && !found.has('types')) found.set('types', compiler)
  const linter = await linterOf(project, manifest)
  if (linter && !found.has('lint')) found.set('lint', linter)
  return found
}

function scriptsOf(manifest: Record<string, unknown>): [DetectedKind, string][] {
  const scripts = isObject(manifest['scripts']) ? manifest['scripts'] : {}
  return (['types', 'lint', 'tests'] as const).flatMap((kind) => {
    const name = SCRIPTS[kind].find((candidate) => Object.hasOwn(scripts, candidate) && isRealScript(scripts[candidate]))
    return name === undefined ? [] : [[kind, name] satisfies [DetectedKind, string]]
  })
}

/** What `npm init` writes says only that there is no test. */
function isRealScript(script: unknown): boolean {
  return typeof script === 'string' && script.trim() !== '' && !script.includes('no test specified')
}

function runScript(manager: string, name: string): string {
  return name === 'test' && manager !== 'bun' ? `${manager} test` : `${manager} run ${name}`
}

async function managerOf(project: Project, manifest: Record<string, unknown>): Promise<string> {
  for (const [file, manager] of MANAGERS) if (await project.has(file)) return manager
  const declared = typeof manifest['packageManager'] === 'string' ? manifest['packageManager'].split('@')[0] : undefined
  return MANAGERS.find(([, manager]) => manager === declared)?.[1] ?? 'npm'
}

async function compilerOf(project: Project): Promise<Detected | undefined> {
  const config = await project.read('tsconfig.json')
  if (config === undefined) return undefined
  // A file that only refers to other projects names no file of its own, and `tsc -p` would pass without looking at any.
  const isSolution = /"files"\s*:\s*\[\s*\]/.test(config) && /"references"\s*:\s*\[\s*[^\s\]]/.test(config)
  const script = isSolution ? 'npx --no-install tsc -b --noEmit' : 'npx --no-install tsc --noEmit -p .'
  return { script, from: 'tsconfig.json', report: { format: 'tsc', path: undefined } }
}

async function linterOf(project: Project, manifest: Record<string, unknown> | undefined): Promise<Detected | undefined> {
  const from = manifest && isObject(manifest['eslintConfig']) ? 'package.json' : await firstOf(project, ESLINT_CONFIGS)
  if (from === undefined) return undefined
  return { script: 'npx --no-install eslint . --format json', from, report: { format: 'eslint-json', path: undefined } }
}

async function firstOf(project: Project, names: readonly string[]): Promise<string | undefined> {
  for (const name of names) if (await project.has(name)) return name
  return undefined
}

function parseObject(text: string | undefined): Record<string, unknown> | undefined {
  if (text === undefined) return undefined
  try {
    const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ''))
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}
