import { evaluatedIn, isAssigned } from './script-commands.ts'
import { ownerOf, top } from './script-frames.ts'
import type { Scan } from './script-frames.ts'
import type { Evaluated, Spot } from './script-spots.ts'

/** Whether an expression stands at the scanner's place. */
export function atSpot(scan: Scan): boolean {
  return scan.places[scan.spots.length] === scan.at
}

/** Notes the expression at the scanner's place, as what surrounds it tells. */
export function record(scan: Scan): void {
  add(scan, quotesHere(scan), evaluatedHere(scan))
}

/** Notes all expressions before `end`, where the shell expands nothing. */
export function recordInert(scan: Scan, end: number, quotes: Spot['quotes']): void {
  const evaluated = quotes === 'comment' ? undefined : evaluatedHere(scan)
  while ((scan.places[scan.spots.length] ?? Infinity) < end) add(scan, quotes, evaluated)
}

/** How the shell, or what it starts, would evaluate a value here. */
export function evaluatedHere(scan: Scan): Evaluated | undefined {
  if (scan.lost) return 'code'
  for (const frame of scan.stack.toReversed()) {
    if (frame.evaluated !== undefined) return frame.evaluated
    if (frame.kind === 'script') return evaluatedIn(frame.command, scan.declared)
    if (frame.kind === 'here' || frame.kind === 'list') return undefined
  }
  return undefined
}

function add(scan: Scan, quotes: Spot['quotes'], evaluated: Evaluated | undefined): void {
  const place = scan.places[scan.spots.length] ?? 0
  const frame = top(scan)
  const splits = quotes === 'none' && (frame.kind === 'script' || frame.kind === 'list') && splitsHere(scan)
  const dollars = runBefore(scan.text, place, '$')
  const backslashes = runBefore(scan.text, place - dollars, '\\')
  const free = backslashes % 2 === 1 && dollars > 0 ? dollars - 1 : dollars
  adopt(scan, { quotes, evaluated, splits, level: scan.level, isAfterDollar: free % 2 === 1 })
}

/** Notes an expression for all commands in which it stands. */
export function adopt(scan: Scan, spot: Spot): void {
  scan.spots.push(spot)
  if (spot.quotes === 'comment') return
  for (const around of scan.stack.toReversed()) {
    if (around.kind === 'here') break
    if (around.kind !== 'script') continue
    around.command.spots.push(spot)
    around.command.all.push(spot)
    around.all.push(spot)
  }
}

function quotesHere(scan: Scan): Spot['quotes'] {
  const frame = top(scan)
  if (frame.kind === 'here') return 'here'
  return frame.kind === 'double' || frame.quoted ? 'double' : 'none'
}

function splitsHere(scan: Scan): boolean {
  const command = ownerOf(scan)?.command
  return command !== undefined && command.words[0] !== '[[' && command.words[0] !== 'case' && !isAssigned(command)
}

function runBefore(text: string, place: number, character: string): number {
  let count = 0
  while (text[place - 1 - count] === character) count += 1
  return count
}
