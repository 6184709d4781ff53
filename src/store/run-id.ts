import type { Clock, Random } from '../base/ports.ts'

/** A fresh id such as `20261121-081530-ab12cd`: the time in UTC, then chance. Ids sort by time. */
export function newRunId(clock: Clock, random: Random): string {
  const [date = '', time = ''] = new Date(clock.now()).toISOString().split('T')
  return `${date.replaceAll('-', '')}-${time.slice(0, 8).replaceAll(':', '')}-${random.hex(3)}`
}

/** Whether a name given by people can be the name of a folder, here and on other systems. */
export function isRunId(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(text) && !text.includes('..') && !text.endsWith('.') && !text.endsWith('.lock')
}
