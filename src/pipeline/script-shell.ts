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
  switch (character) {
    case ' ': case '\t': case '\r':
      endWord(frame)
      return step(scan)
    case '\n':
      return endLine(scan, frame)
    case '#':
      return command.word === undefined ? skipComment(scan) : readLetter(scan, character)
    case '<': case '>':
      return redirect(scan, frame, character)
    case '(':
      return open(scan, frame)
    case ')':
      return close(scan, frame)
    case '[':
      return openIndex(scan, frame)
    case ';': case '&': case '|':
      return join(scan, frame, character)
    default:
      return readLetter(scan, character)
  }
}

function readLetter(scan: Scan, character: string): void {
  addToWord(scan, character)
  step(scan)
}

/** `name[…]=` calculates, unless the name is that of a map; `[…]` elsewhere is a pattern. */
function openIndex(scan: Scan, frame: Frame): void {
  const { command } = frame
  const { maps } = scan.declared
  const isFirst = frame.kind === 'list' && command.word === undefined
  if (isFirst || takesIndex(command)) {
    const isMap = maps.has((isFirst ? command.words[0] : command.word) ?? '')
    enter(scan, 'index', { evaluated: evaluatedHere(scan) ?? (isMap ? undefined : 'arithmetic') })
  }
  readLetter(scan, '[')
}

function step(scan: Scan, by = 1): void {
  scan.at += by
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

function join(scan: Scan, frame: Frame, character: string): void {
  const next = scan.text[scan.at + 1]
  if (frame.command.words[0] === '[[' || (character === '&' && next === '>')) {
    endWord(frame)
    return step(scan)
  }
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
  step(scan, (next === character && character !== ';') || (isPipe && next === '&') ? 2 : 1)
}

function redirect(scan: Scan, frame: Frame, character: string): void {
  const { command } = frame
  if (command.words[0] === '[[') {
    endWord(frame)
    return step(scan)
  }
  if (scan.text[scan.at + 1] === '(') return substitute(scan, frame)
  // `2>` and `{name}>` are no words.
  if (/^(\d+|\{\w+\})$/.test(command.word ?? '')) command.word = undefined
  endWord(frame)
  const isHereString = scan.text.startsWith('<<<', scan.at)
  if (!isHereString && scan.text.startsWith('<<', scan.at) && announce(scan, frame)) return
  command.redirects = true
  command.feeds = isHereString && runsInput(command.words)
  step(scan, isHereString ? 3 : scan.text[scan.at + 1] === character || /[&|>]/.test(scan.text[scan.at + 1] ?? '') ? 2 : 1)
}

/** `<(…)`: what it writes is a file, which the command may run. */
function substitute(scan: Scan, frame: Frame): void {
  const evaluated = runsFile(frame.command.words) ? 'code' : evaluatedHere(scan)
  addToWord(scan, '$')
  enter(scan, 'script', { close: ')', evaluated })
  step(scan, 2)
}

function announce(scan: Scan, frame: Frame): boolean {
  const found = readMark(scan.text, scan.at + 2)
  if (!found) return false
  frame.pending.push(found.heredoc)
  recordInert(scan, found.next, 'comment')
  scan.at = found.next
  return true
}

function open(scan: Scan, frame: Frame): void {
  const { word, words } = frame.command
  const next = scan.text[scan.at + 1]
  if (words[0] === '[[') {
    endWord(frame)
  } else if (word === undefined && next === '(' && (words.length === 0 || words[0] === 'for')) {
    enter(scan, 'arithmetic', { evaluated: 'arithmetic' })
    step(scan)
  } else if (word?.endsWith('=')) {
    openList(scan, word.replace(/\+?=$/, ''))
  } else if (word !== undefined && /[@?*+!]$/.test(word)) {
    enter(scan, 'list', { close: ')' })
  } else if (next === ')') {
    endCommand(scan, frame)
    step(scan)
  } else {
    endWord(frame)
    enter(scan, 'script', { close: ')', group: true, evaluated: frame.evaluated })
  }
  step(scan)
}

/** `name=(…)`: its words are values. The name stays with it, since an index means something else in a map. */
function openList(scan: Scan, name: string): void {
  const evaluated = evaluatedHere(scan)
  addToWord(scan, '(')
  enter(scan, 'list', { close: ')', evaluated: evaluated === 'name' ? undefined : evaluated })
  if (top(scan).kind === 'list') top(scan).command.words.push(name)
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
