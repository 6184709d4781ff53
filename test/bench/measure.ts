import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Cost {
  readonly wallMs: number
  readonly cpuMs: number
  readonly rssMib: number
}

export type Argv = readonly [string, ...string[]]

/** One run of a command as the operating system accounts for it; throws when it fails. */
export function measure(argv: Argv, cwd: string): Cost {
  const file = join(cwd, '.time')
  const began = performance.now()
  const ended = spawnSync('/usr/bin/time', ['-f', '%U %S %M', '-o', file, ...argv], { cwd, stdio: 'ignore' })
  const wallMs = performance.now() - began
  if (ended.status !== 0) throw new Error(`${argv.join(' ')} ended with ${ended.status}`)
  const [user = 0, system = 0, kib = 0] = (readFileSync(file, 'utf8').trim().split('\n').at(-1) ?? '').split(' ').map(Number)
  return { wallMs, cpuMs: (user + system) * 1000, rssMib: kib / 1024 }
}

/** Runs both in turn, A B A B …, and tells the median ratio and the medians. */
export function compare(what: string, against: string, target: string, by: 'wall' | 'cpu', ours: Argv, theirs: Argv, cwd: string, rounds: number): string {
  measure(ours, cwd)
  measure(theirs, cwd)
  const pairs = Array.from({ length: rounds }, () => [measure(ours, cwd), measure(theirs, cwd)] as const)
  const pick = (cost: Cost): number => (by === 'wall' ? cost.wallMs : cost.cpuMs)
  // CPU time is accounted in hundredths of a second: the sum over all rounds is finer than any single one.
  const ratio = by === 'cpu' ? sum(pairs.map(([a]) => a.cpuMs)) / sum(pairs.map(([, b]) => b.cpuMs)) : median(pairs.map(([a, b]) => pick(a) / pick(b)))
  const own = by === 'cpu' ? sum(pairs.map(([a]) => a.cpuMs)) / rounds : median(pairs.map(([a]) => a.wallMs))
  const other = by === 'cpu' ? sum(pairs.map(([, b]) => b.cpuMs)) / rounds : median(pairs.map(([, b]) => b.wallMs))
  const memory = median(pairs.map(([a]) => a.rssMib))
  return row([what, against, `${ratio.toFixed(2)} ×`, target, `${own.toFixed(0)} ms, ${memory.toFixed(0)} MiB`, `${other.toFixed(0)} ms`])
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

const WIDTHS = [52, 30, 10, 15, 22, 12]

export function row(cells: readonly string[]): string {
  return `${cells.map((cell, index) => cell.padEnd(WIDTHS[index] ?? 10)).join('').trimEnd()}\n`
}
