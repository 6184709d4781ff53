import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Cost {
  readonly wallMs: number
  readonly cpuMs: number
  readonly rssMib: number
}

export type Argv = readonly [string, ...string[]]

/** Bash tells times in thousandths of a second, `time` the memory. */
const TIMED = 'TIMEFORMAT="%3U %3S"; time /usr/bin/time -f %M -o "$0" "$@"'

/** One run of a command as the operating system accounts for it; throws when it fails. */
export function measure(argv: Argv, cwd: string): Cost {
  const file = join(cwd, '.memory')
  const began = performance.now()
  const ended = spawnSync('bash', ['-c', `{ ${TIMED} 2>/dev/null; } 2>&1`, file, ...argv], { cwd, stdio: ['ignore', 'pipe', 'ignore'], encoding: 'utf8' })
  const wallMs = performance.now() - began
  if (ended.status !== 0) throw new Error(`${argv.join(' ')} ended with ${ended.status}`)
  const [user = 0, system = 0] = (ended.stdout.trim().split('\n').at(-1) ?? '').split(' ').map(Number)
  return { wallMs, cpuMs: (user + system) * 1000, rssMib: Number(readFileSync(file, 'utf8').trim().split('\n').at(-1)) / 1024 }
}

/** Runs both in turn, A B A B …, and tells the median ratio and the medians. */
export function compare(what: string, against: string, target: string, by: 'wall' | 'cpu', ours: Argv, theirs: Argv, cwd: string, rounds: number): string {
  measure(ours, cwd)
  measure(theirs, cwd)
  const pairs = Array.from({ length: rounds }, () => [measure(ours, cwd), measure(theirs, cwd)] as const)
  const pick = (cost: Cost): number => (by === 'wall' ? cost.wallMs : cost.cpuMs)
  const ratio = median(pairs.map(([a, b]) => pick(a) / pick(b)))
  const own = median(pairs.map(([a]) => pick(a)))
  const other = median(pairs.map(([, b]) => pick(b)))
  const memory = median(pairs.map(([a]) => a.rssMib))
  return row([what, against, `${ratio.toFixed(2)} ×`, target, `${own.toFixed(0)} ms, ${memory.toFixed(0)} MiB`, `${other.toFixed(0)} ms`])
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

const WIDTHS = [52, 30, 10, 15, 22, 12]

export function row(cells: readonly string[]): string {
  return `${cells.map((cell, index) => cell.padEnd(WIDTHS[index] ?? 10)).join('').trimEnd()}\n`
}
