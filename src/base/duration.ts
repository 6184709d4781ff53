const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** The longest duration we accept: a hundred years would be a typing mistake, and sums must stay exact. */
export const LONGEST_MS = 366 * 86_400_000

/** Milliseconds of `500ms`, `30s`, `1h30m`; undefined for anything else, for zero and for more than a year. */
export function parseDuration(text: string): number | undefined {
  if (!/^(\d{1,9}(\.\d{1,3})?(ms|s|m|h|d))+$/.test(text)) return undefined
  let total = 0
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)) total += Number(amount) * (UNITS[unit ?? ''] ?? Number.NaN)
  const rounded = Math.round(total)
  return rounded > 0 && rounded <= LONGEST_MS ? rounded : undefined
}

/** For people: `340ms`, `4.2s`, `3m 05s`, `1h 02m`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)}ms`
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)}s`
  const seconds = Math.round(ms / 1000)
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ${pad(seconds % 60)}s`
  const minutes = Math.round(seconds / 60)
  return `${Math.floor(minutes / 60)}h ${pad(minutes % 60)}m`
}

function pad(value: number): string {
  return String(value).padStart(2, '0')
}
