import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { folderWith } from './program.ts'

const ROOT = join(import.meta.dirname, '../..')

/** A folder into which the packed program is installed, without scripts and without a network: it needs no other package. */
export function packageInstalled(): string {
  const folder = folderWith({ 'package.json': '{"name": "somebody", "version": "1.0.0"}' })
  const [packed] = JSON.parse(execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })) as [{ filename: string }]
  execFileSync('npm', ['install', '--offline', '--ignore-scripts', '--no-audit', '--no-fund', `./${packed.filename}`], { cwd: folder, stdio: 'ignore' })
  return folder
}
