import type { Frame, Scan } from './script-frames.ts'
import { addToWord, enter, limitOf, newScan, top } from './script-frames.ts'
import { adopt, atSpot, evaluatedHere, record, recordInert } from './script-record.ts'
import { endCommand, leave, readBodies, readShell } from './script-shell.ts'
import type { Spot } from './script-spots.ts'
import { scanTemplate } from './template.ts'

/** Stands for an expression while the script is read: a letter like any other to the shell. */
const STAND_IN = '\uFFFC'

/**
 * Where each closed expression of a script stands, in their order. It reads the shell's quotes, substitutions, here-documents
 * and simple commands in one pass; of a text that no shell would take it gives something, and ends.
 */
export function scanScript(template: string): Spot[] {
  const places: number[] = []
  let text = ''
  for (const segment of scanTemplate(template)) {
    if (segment.kind === 'text') text += segment.text
    else if (!segment.closed) text += `\${{${segment.source}`
    else {
      places.push(text.length)
      text += STAND_IN
    }
  }
  if (places.length === 0) return []
  return readAll(newScan(text, places))
}

/** Reads to the end, also behind the last expression: what follows may tell what became of it. */
function readAll(scan: Scan): Spot[] {
  for (let more = true; more;) more = advance(scan)
  for (const frame of scan.stack) endCommand(scan, frame)
  return scan.spots
}

/** One step; false at the end. */
function advance(scan: Scan): boolean {
  if (scan.at >= limitOf(scan)) {
    const region = scan.regions.at(-1)
    if (!region) return false
    for (const dropped of scan.stack.slice(region.base)) endCommand(scan, dropped)
    scan.regions.pop()
    scan.stack.length = region.base
    scan.at = region.resume
    readBodies(scan, top(scan))
    return true
  }
  const frame = top(scan)
  const character = scan.text[scan.at] ?? ''
  if (atSpot(scan)) {
    record(scan)
    addToWord(scan, STAND_IN)
    scan.at += 1
  } else if (character === '\\') escape(scan)
  else if (character === '$') dollar(scan, frame)
  else if (character === '`') backtick(scan, frame)
  else if (character === '"') doubleQuote(scan, frame)
  else if (character === "'" && !frame.quoted && frame.kind !== 'double' && frame.kind !== 'here') skipQuoted(scan, 'single')
  else if (frame.kind === 'script' || frame.kind === 'list') readShell(scan, frame, character)
  else readInside(scan, frame, character)
  return true
}

function escape(scan: Scan): void {
  scan.at += 1
  if (scan.at >= scan.text.length || atSpot(scan)) return addToWord(scan, '\\')
  if (scan.text[scan.at] !== '\n') addToWord(scan, scan.text[scan.at] ?? '')
  scan.at += 1
}

function dollar(scan: Scan, frame: Frame): void {
  const { text, at } = scan
  const bare = !frame.quoted && frame.kind !== 'double' && frame.kind !== 'here'
  if (bare && text[at + 1] === "'") {
    scan.at += 1
    return skipQuoted(scan, 'ansi')
  }
  addToWord(scan, '$')
  const evaluated = evaluatedHere(scan)
  if (text.startsWith('$((', at)) {
    enter(scan, 'arithmetic', { evaluated: 'arithmetic' })
    scan.at += 3
  } else if (text.startsWith('$(', at)) {
    enter(scan, 'script', { close: ')', evaluated })
    scan.at += 2
  } else if (text.startsWith('$[', at)) {
    enter(scan, 'index', { evaluated: 'arithmetic' })
    scan.at += 2
  } else if (text.startsWith('${', at)) brace(scan)
  else scan.at += 1
}

/** `${name[index]…}` and `${name:offset:length}` calculate. */
function brace(scan: Scan): void {
  const head = /[!#]?([A-Za-z_]\w*|\d+|[@*])?(\[|:(?![-=?+]))?/y
  head.lastIndex = scan.at + 2
  const [, name = '', mark] = head.exec(scan.text) ?? []
  enter(scan, 'brace', mark === ':' ? { evaluated: 'arithmetic' } : {})
  if (mark === '[') enter(scan, 'index', { evaluated: scan.declared.maps.has(name) ? undefined : 'arithmetic' })
  scan.at = head.lastIndex
}

/**
 * Backticks end at the next one without a backslash, whatever quotes stand between; what they hold is a script of its own, read
 * after one backslash of each `\\`, `\$` and `` \` `` is taken away. They nest by doubling backslashes, so never deeply.
 */
function backtick(scan: Scan, frame: Frame): void {
  const limit = limitOf(scan)
  const unescaped = frame.kind === 'double' || frame.quoted ? /[$`\\"]/ : /[$`\\]/
  const places: number[] = []
  let text = ''
  let at = scan.at + 1
  for (let next = scan.spots.length; at < limit && scan.text[at] !== '`'; at += 1) {
    if (scan.text[at] === '\\' && unescaped.test(scan.text[at + 1] ?? '')) at += 1
    if (scan.places[next] === at) {
      places.push(text.length)
      next += 1
    }
    text += scan.text[at] ?? ''
  }
  const inner = newScan(text, places, { level: scan.level + 1, declared: scan.declared, evaluated: evaluatedHere(scan) })
  for (const spot of readAll(inner)) adopt(scan, spot)
  addToWord(scan, '$')
  scan.at = at + 1
}

function doubleQuote(scan: Scan, frame: Frame): void {
  scan.at += 1
  if (frame.kind === 'double') return leave(scan)
  if (frame.kind === 'here') return
  addToWord(scan, '')
  enter(scan, 'double')
}

function skipQuoted(scan: Scan, quotes: 'single' | 'ansi'): void {
  const limit = limitOf(scan)
  let end = scan.at + 1
  while (end < limit && scan.text[end] !== "'") end += quotes === 'ansi' && scan.text[end] === '\\' ? 2 : 1
  recordInert(scan, end, quotes)
  addToWord(scan, scan.text.slice(scan.at + 1, Math.min(end, scan.at + 1 + 256)))
  scan.at = Math.min(end + 1, limit)
}

/** What stands in double quotes, `${ }`, arithmetic and indices, where only their ends matter. */
function readInside(scan: Scan, frame: Frame, character: string): void {
  scan.at += 1
  if (frame.kind === 'double') return addToWord(scan, character)
  if (frame.kind === 'brace' && character === '}') return leave(scan)
  if (frame.kind === 'arithmetic') return readArithmetic(scan, frame, character)
  if (frame.kind !== 'index') return
  if (character === '[') frame.depth += 1
  else if (character === '\n' && !frame.quoted) leave(scan)
  else if (character === ']' && frame.depth > 0) frame.depth -= 1
  else if (character === ']') {
    leave(scan)
    afterIndex(scan)
  }
}

function readArithmetic(scan: Scan, frame: Frame, character: string): void {
  if (character === '(') frame.depth += 1
  if (character !== ')') return
  if (frame.depth > 0) frame.depth -= 1
  else {
    if (scan.text[scan.at] === ')') scan.at += 1
    leave(scan)
  }
}

function afterIndex(scan: Scan): void {
  const frame = top(scan)
  if (frame.kind === 'brace' && /^:[^-=?+]/.test(scan.text.slice(scan.at, scan.at + 2))) frame.evaluated = 'arithmetic'
  if (frame.kind === 'script') addToWord(scan, ']')
}
