import { judgeBefore, newCommand, noteDeclaration, runsFile, runsInput, takesIndex, writesArguments } from './script-commands.ts'
import { addToWord, enter, limitOf, top } from './script-frames.ts'
import type { Frame, Scan } from './script-frames.ts'
import { bodyEnd, readMark } from './script-heredoc.ts'
import { evaluatedHere, recordInert } from './script-record.ts'

/** Words that begin or join commands and are none. */
const KEYWORDS = new Set(['if', 'then', 'else', 'elif', 'fi', 'do', 'done', 'while', 'until', '!', '{', '}', 'coproc', 'esac', 'time'])
/** More words of one command say no more; the first and the last ones do. */
const MOST_WORDS = 64

/** Reads one character, or a few, of shell commands outside all quotes. */
export function readShell(scan: Scan, frame: Frame, character: string): void {
  const { command } = frame
  const next = scan.text[scan.at + 1]
  if (character === '#' && command.word === undefined) return skipComment(scan)
  if (character === ' ' || character === '\t' || character === '\r') return endWord(frame), step(scan)
  if (character === '\n') return endLine(scan, frame)
  if (character === '<' || character === '>') return redirect(scan, frame, character, next)
  if (character === '(') return open(scan, frame, next)
  if (character === ')') return close(scan, frame)
  if (command.words[0] === '[[' && (character === '&' || character === '|')) return endWord(frame), step(scan)
  if (character === ';') return endCommand(scan, frame), step(scan)
  if (character === '&' && next === '>') return endWord(frame), step(scan)
  if (character === '&' || character === '|') return join(scan, frame, character, next)
  if (character === '[' && frame.kind === 'list' && command.word === undefined) return enter(scan, 'index', { evaluated: frame.evaluated ?? indexOf(scan, frame) }), step(scan)
  if (character === '[' && takesIndex(command)) {
    const evaluated = evaluatedHere(scan) ?? (scan.declared.maps.has(command.word ?? '') ? undefined : 'arithmetic')
    return addToWord(scan, '['), enter(scan, 'index', { evaluated }), step(scan)
  }
  addToWord(scan, character)
  step(scan)
}

function step(scan: Scan, by = 1): void {
  scan.at += by
}

function indexOf(scan: Scan, frame: Frame): 'arithmetic' | undefined {
  return scan.declared.maps.has(frame.command.words[0] ?? '') ? undefined : 'arithmetic'
}

function skipComment(scan: Scan): void {
  const limit = limitOf(scan)
  const found = scan.text.indexOf('\n', scan.at)
  const end = found < 0 || found > limit ? limit : found
  recordInert(scan, end, 'comment')
  scan.at = end
}

/** The word is complete: it joins its command, opens or closes a `case`, or is a keyword. */
function endWord(frame: Frame): void {
  const { command } = frame
  const { word } = command
  if (word === undefined) return
  command.word = undefined
  if (command.redirects) {
    command.redirects = false
    command.feeds = false
  } else addWord(frame, word)
  command.spotsBefore = command.spots
  command.spots = []
}

function addWord(frame: Frame, word: string): void {
  const { command } = frame
  const { words } = command
  if (frame.kind === 'list') return
  judgeBefore(command, word)
  if (words.length === 0 && word === 'esac') frame.cases = Math.max(0, frame.cases - 1)
  if (words.length === 0 && KEYWORDS.has(word)) return
  words.push(word)
  if (words.length > MOST_WORDS) words.splice(MOST_WORDS / 2, 1)
  if (words[0] === '[[' && word === ']]') command.words = []
  if (words[0] === 'case' && word === 'in') {
    frame.cases += 1
    command.words = []
  }
}

/** The command is complete; where it runs what comes through its pipe, that was code. */
export function endCommand(scan: Scan, frame: Frame): void {
  endWord(frame)
  const { command } = frame
  noteDeclaration(command, scan.declared)
  if (runsInput(command.words)) {
    frame.runsLine = true
    for (const spot of command.piped) spot.evaluated ??= 'code'
    command.piped.length = 0
  }
  frame.command = newCommand()
}

function endLine(scan: Scan, frame: Frame): void {
  step(scan)
  if (frame.kind === 'list' || frame.command.words[0] === '[[') return endWord(frame)
  endCommand(scan, frame)
  readBodies(scan, frame)
  if (frame.pending.length === 0) frame.runsLine = false
}

/** Goes into the here-documents that the line has announced, one after the other. */
export function readBodies(scan: Scan, frame: Frame): void {
  const limit = limitOf(scan)
  for (let heredoc = frame.pending.shift(); heredoc; heredoc = frame.pending.shift()) {
    const { end, resume } = bodyEnd(scan.text, scan.at, limit, heredoc)
    const base = scan.stack.length
    const evaluated = frame.runsLine ? 'code' : frame.evaluated
    enter(scan, 'here', { evaluated })
    if (!heredoc.quoted && scan.stack.length > base) {
      scan.regions.push({ end, resume, base })
      return
    }
    recordInert(scan, end, 'here-quoted')
    scan.stack.length = base
    scan.at = resume
  }
}

function join(scan: Scan, frame: Frame, character: string, next: string | undefined): void {
  const isPipe = character === '|' && next !== '|'
  endWord(frame)
  const { piped, all, words } = frame.command
  endCommand(scan, frame)
  if (isPipe) {
    // Behind a loop or a group all that stands in it may come through the pipe.
    const written = words.length === 0 ? frame.all.splice(0) : writesArguments(words) ? all : []
    for (const spot of written) piped.push(spot)
    frame.command = newCommand(piped)
  }
  step(scan, next === character || (isPipe && next === '&') ? 2 : 1)
}

function redirect(scan: Scan, frame: Frame, character: string, next: string | undefined): void {
  const { command } = frame
  if (command.words[0] === '[[') return endWord(frame), step(scan)
  if (next === '(') {
    const evaluated = runsFile(command.words) ? 'code' : evaluatedHere(scan)
    addToWord(scan, '$')
    return enter(scan, 'script', { close: ')', evaluated }), step(scan, 2)
  }
  // `2>` and `{name}>` are no words.
  if (/^(\d+|\{\w+\})$/.test(command.word ?? '')) command.word = undefined
  endWord(frame)
  if (character === '<' && next === '<' && scan.text[scan.at + 2] !== '<') {
    const found = readMark(scan.text, scan.at + 2)
    if (found) {
      frame.pending.push(found.heredoc)
      recordInert(scan, found.next, 'comment')
      scan.at = found.next
      return
    }
  }
  command.redirects = true
  command.feeds = scan.text.startsWith('<<<', scan.at) && runsInput(command.words)
  while (/[<>&|]/.test(scan.text[scan.at] ?? '') && !scan.text.startsWith('>(', scan.at) && !scan.text.startsWith('<(', scan.at)) step(scan)
}

function open(scan: Scan, frame: Frame, next: string | undefined): void {
  const { command } = frame
  const { word, words } = command
  if (words[0] === '[[') return endWord(frame), step(scan)
  if (word === undefined && next === '(' && (words.length === 0 || words[0] === 'for')) return enter(scan, 'arithmetic', { evaluated: 'arithmetic' }), step(scan, 2)
  if (word?.endsWith('=')) {
    const evaluated = evaluatedHere(scan)
    const isMap = scan.declared.maps.has(word.replace(/\+?=$/, ''))
    addToWord(scan, '(')
    enter(scan, 'list', { close: ')', evaluated: evaluated === 'name' ? undefined : evaluated })
    if (isMap) top(scan).command.words.push(word.replace(/\+?=$/, ''))
    return step(scan)
  }
  if (word !== undefined && /[@?*+!]$/.test(word)) return enter(scan, 'list', { close: ')' }), step(scan)
  if (next === ')') return endCommand(scan, frame), step(scan, 2)
  endWord(frame)
  enter(scan, 'script', { close: ')', group: true, evaluated: frame.evaluated })
  step(scan)
}

function close(scan: Scan, frame: Frame): void {
  step(scan)
  if (frame.kind === 'script' && frame.command.words[0] === '[[') return endWord(frame)
  endCommand(scan, frame)
  if (frame.close !== ')' || frame.cases > 0) return
  leave(scan)
  if (frame.group) top(scan).command = newCommand(top(scan).command.piped)
}

/** Leaves the innermost frame; the top script stays, and the here-document that is being read. */
export function leave(scan: Scan): void {
  if (scan.stack.length > 1 && top(scan).kind !== 'here') scan.stack.pop()
}
