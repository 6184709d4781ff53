import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'

/** Exactly these: what the programs print and ask differs from one version to the next. */
export const PROGRAMS = { '@anthropic-ai/claude-code': '2.1.332', '@openai/codex': '0.171.0', '@google/gemini-cli': '0.61.0' } as const

export type Installed = { readonly bin: string } | { readonly reason: string }

/**
 * The real agent programs, from npm, where `ORCH_REAL_PROGRAMS` says so: they are a gigabyte. Kept between runs outside of the
 * checkout, which no sandbox shows.
 */
export function installPrograms(): Installed {
  if (process.env.ORCH_REAL_PROGRAMS !== '1') return { reason: 'needs ORCH_REAL_PROGRAMS=1, which installs a gigabyte of agent programs from npm' }
  const folder = join(process.env.XDG_CACHE_HOME ?? (existsSync(homedir()) ? join(homedir(), '.cache') : tmpdir()), 'orch-run-test-programs', Object.values(PROGRAMS).join('_'))
  const bin = join(folder, 'node_modules/.bin')
  if (existsSync(join(folder, 'ready'))) return { bin }
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{"private":true}\n')
  const packages = Object.entries(PROGRAMS).map(([name, version]) => `${name}@${version}`)
  const install = spawnSync('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--no-save', ...packages], { cwd: folder, encoding: 'utf8', timeout: 300_000 })
  if (install.status !== 0) return { reason: `npm could not install them: ${install.stderr.slice(-300)}` }
  // Puts the platform's own binary in the place of the placeholder.
  const settled = spawnSync(process.execPath, ['install.cjs'], { cwd: join(folder, 'node_modules/@anthropic-ai/claude-code'), encoding: 'utf8' })
  if (settled.status !== 0) return { reason: `claude could not be set up: ${settled.stderr.slice(-300)}` }
  writeFileSync(join(folder, 'ready'), '')
  return { bin }
}
