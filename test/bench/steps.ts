import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { compare } from './measure.ts'
import type { Argv } from './measure.ts'

const COUNT = 1000

/** Step `index` needs these: a chain, or a fan out of the first and into the last. */
type Shape = (index: number) => readonly number[]

const chain: Shape = (index) => (index === 0 ? [] : [index - 1])
const fan: Shape = (index) => (index === 0 ? [] : index === COUNT - 1 ? Array.from({ length: COUNT - 2 }, (_, at) => at + 1) : [0])

/** A thousand steps that do nothing, against make doing the same with the same shell. Wall only: the processes that fork for us outlive us. */
export function benchSteps(program: string, folder: string): void {
  for (const [name, shape] of [['chain', chain], ['fan-out and fan-in', fan]] as const) {
    writeFileSync(join(folder, 'steps.yml'), pipeline(shape))
    writeFileSync(join(folder, 'Makefile'), makefile(shape))
    const ours: Argv = [process.execPath, program, 'steps.yml', '--ui', 'silent', '--concurrency', '2']
    process.stdout.write(compare(`${COUNT} no-op steps, ${name}, wall`, 'make -j2, same shell', '≤ 2.5', 'wall', ours, ['make', '-s', '-j2'], folder, 5))
  }
}

function pipeline(needs: Shape): string {
  const steps = Array.from({ length: COUNT }, (_, index) => `  s${index}: { run: ":", needs: [${needs(index).map((need) => `s${need}`).join(', ')}] }`)
  return `steps:\n${steps.join('\n')}\n`
}

function makefile(needs: Shape): string {
  const rules = Array.from({ length: COUNT }, (_, index) => `s${index}: ${needs(index).map((need) => `s${need}`).join(' ')}\n\t:;:\n`)
  return `SHELL := /bin/bash\n.SHELLFLAGS := -euo pipefail -c\n.PHONY: all ${Array.from({ length: COUNT }, (_, index) => `s${index}`).join(' ')}\nall: s${COUNT - 1}\n${rules.join('')}`
}
