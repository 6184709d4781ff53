import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { compare, measure, median, row } from './measure.ts'
import type { Argv } from './measure.ts'

const COUNT = 1000
const MANY = 10_000

/** Step `index` of `count` needs these. */
type Shape = (index: number, count: number) => readonly number[]

const chain: Shape = (index) => (index === 0 ? [] : [index - 1])
/** Out of the first and into the last. */
const fan: Shape = (index, count) => (index === 0 ? [] : index === count - 1 ? Array.from({ length: count - 2 }, (_, at) => at + 1) : [0])
const WIDTH = 40
/** Layers of 40, each step needs up to three of the layer above, the same in every run; the last one needs its whole layer. */
const layered: Shape = (index, count) => {
  const layer = Math.floor(index / WIDTH) * WIDTH
  if (layer === 0) return []
  if (index === count - 1) return Array.from({ length: index - layer + WIDTH }, (_, at) => layer - WIDTH + at)
  return [...new Set([1, 2, 3].map((turn) => layer - WIDTH + ((index * 7919 + turn * 104_729) % WIDTH)))]
}

/** A thousand steps that do nothing, against make doing the same with the same shell. Wall only: the processes that fork for us outlive us. */
export function benchSteps(program: string, folder: string): void {
  const ours: Argv = [process.execPath, program, 'steps.yml', '--ui', 'silent', '--concurrency', '2']
  const put = (shape: Shape, count: number): void => {
    writeFileSync(join(folder, 'steps.yml'), pipeline(shape, count))
    writeFileSync(join(folder, 'Makefile'), makefile(shape, count))
  }
  for (const [name, shape] of [['chain', chain], ['fan-out and fan-in', fan], ['layered', layered]] as const) {
    put(shape, COUNT)
    process.stdout.write(compare(`${COUNT} no-op steps, ${name}, wall`, 'make -j2, same shell', '≤ 2.5', 'wall', ours, ['make', '-s', '-j2'], folder, 5))
  }
  put(layered, COUNT)
  const few = Array.from({ length: 3 }, () => measure(ours, folder))
  put(layered, MANY)
  const many = Array.from({ length: 3 }, () => measure(ours, folder))
  const [small, large] = [median(few.map((cost) => cost.wallMs)) / COUNT, median(many.map((cost) => cost.wallMs)) / MANY]
  const memory = median(many.map((cost) => cost.rssMib))
  process.stdout.write(row([`${MANY} no-op steps, layered, wall of one step`, `of ${COUNT}`, `${(large / small).toFixed(2)} ×`, '≤ 1.2', `${large.toFixed(2)} ms, ${memory.toFixed(0)} MiB`, `${small.toFixed(2)} ms`]))
}

function pipeline(needs: Shape, count: number): string {
  const steps = Array.from({ length: count }, (_, index) => `  s${index}: { run: ":", needs: [${needs(index, count).map((need) => `s${need}`).join(', ')}] }`)
  return `steps:\n${steps.join('\n')}\n`
}

function makefile(needs: Shape, count: number): string {
  const rules = Array.from({ length: count }, (_, index) => `s${index}: ${needs(index, count).map((need) => `s${need}`).join(' ')}\n\t:;:\n`)
  return `SHELL := /bin/bash\n.SHELLFLAGS := -euo pipefail -c\n.PHONY: all ${Array.from({ length: count }, (_, index) => `s${index}`).join(' ')}\nall: s${count - 1}\n${rules.join('')}`
}
