import { cpSync, rmSync, writeFileSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { compare, measure, median, row } from './measure.ts'
import type { Argv } from './measure.ts'

const COUNT = 1000
const ROUNDS = 9

/** What a thousand steps cost that are not performed: taken from the cache, or kept by a resume. */
export function benchHistory(program: string, folder: string): void {
  benchCached(program, folder)
  benchResume(program, folder)
}

/** Against make looking whether each of a thousand targets in a chain is up to date. The floor of any program of ours is that of node. */
function benchCached(program: string, folder: string): void {
  writeFileSync(join(folder, 'cached.yml'), `steps:\n${each((index, needs) => `  s${index}: { run: ":", needs: [${needs}], cache: true }`)}\n`)
  writeFileSync(join(folder, 'Makefile'), `all: s${COUNT - 1}\n${each((index, needs) => `s${index}: ${needs}\n\t@touch $@`)}\n`)
  const make: Argv = ['make', '-s']
  const ours: Argv = [process.execPath, program, 'cached.yml', '--ui', 'silent']
  const bare: Argv = [process.execPath, '-e', '0']
  process.stdout.write(compare(`${COUNT} steps, all cached, wall`, 'make, all up to date', '≤ 3', 'wall', ours, make, folder, ROUNDS))
  process.stdout.write(compare('  of these node itself, wall', 'make, all up to date', '', 'wall', bare, make, folder, ROUNDS))
}

/** A run whose process was killed in its last step, resumed again and again from a copy. */
function benchResume(program: string, folder: string): void {
  const last = 'test -e go || kill -9 \\"$(cat pid)\\"; test -e go'
  writeFileSync(join(folder, 'resume.yml'), `steps:\n${each((index, needs) => `  s${index}: { run: "${index === COUNT - 1 ? last : ':'}", needs: [${needs}] }`)}\n`)
  rmSync(join(folder, '.orch-run'), { recursive: true, force: true })
  spawnSync('bash', ['-c', 'echo $$ > pid; exec "$@"', 'bash', process.execPath, program, 'resume.yml', '--run-id', 'r1', '--ui', 'silent'], { cwd: folder, stdio: 'ignore' })
  writeFileSync(join(folder, 'go'), '')
  const saved = join(folder, 'saved')
  cpSync(join(folder, '.orch-run'), saved, { recursive: true, preserveTimestamps: true })
  const costs = Array.from({ length: ROUNDS }, () => {
    rmSync(join(folder, '.orch-run'), { recursive: true })
    cpSync(saved, join(folder, '.orch-run'), { recursive: true, preserveTimestamps: true })
    return {
      resume: measure([process.execPath, program, 'resume', 'r1', '--ui', 'silent'], folder).cpuMs,
      version: measure([process.execPath, program, '--version'], folder).cpuMs,
    }
  })
  const more = median(costs.map(({ resume, version }) => resume - version))
  const theirs = median(costs.map(({ version }) => version))
  process.stdout.write(row([`resume of ${COUNT} steps killed in the last, CPU`, 'orch-run --version', `+${more.toFixed(0)} ms`, '≤ +300 ms', `${(more + theirs).toFixed(0)} ms`, `${theirs.toFixed(0)} ms`]))
}

function each(line: (index: number, needs: string) => string): string {
  return Array.from({ length: COUNT }, (_, index) => line(index, index === 0 ? '' : `s${index - 1}`)).join('\n')
}
