import { newCommand } from './script-commands.ts'
import type { Command, Declared } from './script-commands.ts'
import type { Heredoc } from './script-heredoc.ts'
import type { Evaluated, Spot } from './script-spots.ts'

/** What the scanner stands in; the innermost last. */
export interface Frame {
  /** `list` is `a=(…)`, `index` is `a[…]` and `$[…]`. */
  readonly kind: 'script' | 'list' | 'double' | 'brace' | 'arithmetic' | 'index' | 'here'
  /** Of scripts: what ends them; empty at the top. */
  readonly close: '' | ')'
  /** A subshell, whose end is the end of a command. */
  readonly group: boolean
  /** Double quotes or a here-document stand around it, so that single quotes mean nothing. */
  readonly quoted: boolean
  /** Whatever stands in here is evaluated. */
  evaluated: Evaluated | undefined
  /** Open brackets of its own kind. */
  depth: number
  command: Command
  /** Open `case … esac`, whose patterns end with a bracket that closes nothing. */
  cases: number
  /** All expressions of a script so far. */
  readonly all: Spot[]
  readonly pending: Heredoc[]
  /** A command of this line runs its standard input. */
  runsLine: boolean
}

/** The text of a here-document that expands: a window, behind which the script goes on. */
export interface Region {
  readonly end: number
  readonly resume: number
  readonly base: number
}

/** A script with each expression as one character, and what is known at a place of it. */
export interface Scan {
  readonly text: string
  /** Where expressions stand, ascending. */
  readonly places: readonly number[]
  readonly spots: Spot[]
  readonly declared: Declared
  /** In how many backticks the text stands. */
  readonly level: number
  readonly stack: Frame[]
  readonly regions: Region[]
  /** Nested too deeply to follow: whatever comes is taken for evaluated. */
  lost: boolean
  at: number
}

const DEEPEST = 100
/** Longer words say no more than their beginnings. */
const LONGEST_WORD = 256

/** What a script takes over from the one around its backticks. */
export interface Surrounding extends Pick<Scan, 'level' | 'declared'> {
  readonly evaluated: Evaluated | undefined
}

export function newScan(text: string, places: readonly number[], given?: Surrounding): Scan {
  const declared = given?.declared ?? { integers: new Set<string>(), maps: new Set<string>() }
  const stack = [newFrame('script', { evaluated: given?.evaluated })]
  return { text, places, spots: [], declared, level: given?.level ?? 0, stack, regions: [], lost: false, at: 0 }
}

/** Where what is being read ends: a here-document, or all of it. */
export function limitOf(scan: Scan): number {
  return scan.regions.at(-1)?.end ?? scan.text.length
}

export function top(scan: Scan): Frame {
  return scan.stack.at(-1) as Frame
}

/** Enters something; where that would be too deep, it is read as if it were not there. */
export function enter(scan: Scan, kind: Frame['kind'], given: Partial<Frame> = {}): void {
  const around = top(scan)
  if (scan.stack.length >= DEEPEST) {
    scan.lost = true
    return
  }
  const quoted = kind === 'script' || kind === 'list' ? false : around.quoted || around.kind === 'double' || around.kind === 'here'
  scan.stack.push(newFrame(kind, { quoted, ...given }))
}

function newFrame(kind: Frame['kind'], given: Partial<Frame> = {}): Frame {
  const made = { kind, close: '', group: false, quoted: false, evaluated: undefined, depth: 0, cases: 0, runsLine: false } as const
  return { ...made, command: newCommand(), all: [], pending: [], ...given }
}

/** Adds to the word of the script that stands around. */
export function addToWord(scan: Scan, text: string): void {
  const command = ownerOf(scan)?.command
  if (command && (command.word?.length ?? 0) < LONGEST_WORD) command.word = (command.word ?? '') + text
}

/** The script or list that the place belongs to; undefined in a here-document. */
export function ownerOf(scan: Scan): Frame | undefined {
  const frame = scan.stack.findLast(({ kind }) => kind === 'script' || kind === 'list' || kind === 'here')
  return frame?.kind === 'here' ? undefined : frame
}
