import type { Evaluated, Spot } from './script-spots.ts'

/** A simple command while it is read: its words so far, without their quotes. */
export interface Command {
  words: string[]
  /** The word that is being read; undefined between words. */
  word: string | undefined
  /** Expressions in the word being read, and in the one before it. */
  spots: Spot[]
  spotsBefore: Spot[]
  /** Expressions in the earlier commands of the pipe, as far as they write what they are given. */
  piped: Spot[]
  all: Spot[]
  /** The next word is where output goes or input comes from. */
  redirects: boolean
  /** The next word is standard input that will be run. */
  feeds: boolean
}

export function newCommand(piped: Spot[] = []): Command {
  return { words: [], word: undefined, spots: [], spotsBefore: [], piped, all: [], redirects: false, feeds: false }
}

/** What a script has said about its variables; bash calculates what an integer is given, and looks into lists only. */
export interface Declared {
  readonly integers: Set<string>
  readonly maps: Set<string>
}

const SHELLS = /^(.*\/)?(ba|da|a|z|k|mk)?sh$/
const RUNNERS = /^(.*\/)?(su|runuser|script|flock|python[\d.]*|node|perl|ruby|php)$/
const CODE_OPTION = /^(-[A-Za-z]*[ceEr]|--eval|--print|--command)$/
const EVALUATORS = new Set(['eval', 'trap', 'alias', 'ssh', 'compgen', 'complete'])
const DECLARERS = new Set(['declare', 'typeset', 'local', 'readonly', 'export', 'integer'])
const NAMERS = new Set(['unset', 'read', 'wait', 'mapfile', 'readarray', 'getopts', 'nameref'])
/** Words that may stand before the command itself. */
const PREFIXES = new Set([
  'command', 'builtin', 'exec', 'sudo', 'doas', 'env', 'nohup', 'time', 'nice', 'timeout', 'xargs', 'busybox', 'setsid', 'stdbuf',
])
const ASSIGNMENT = /^([A-Za-z_]\w*)(\[[^\]]*\])?\+?=/
/** Shell variables that calculate what they are given, and those whose content the shell runs. */
const INTEGERS = new Set(['RANDOM', 'SRANDOM', 'SECONDS', 'OPTIND', 'HISTCMD', 'BASHPID', 'LINENO'])
const CODE = new Set(['PS0', 'PS1', 'PS2', 'PS4', 'PROMPT_COMMAND', 'BASH_ENV', 'ENV'])
const COMPARISON = /^-(eq|ne|lt|le|gt|ge)$/

/** Where the command's own name stands among its words: behind assignments and prefixes with their options. */
export function headOf(words: readonly string[]): number {
  let prefixed = false
  for (const [index, word] of words.entries()) {
    if (ASSIGNMENT.test(word)) continue
    if (PREFIXES.has(word)) prefixed = true
    else if (!prefixed || !/^(-|\d)/.test(word)) return index
  }
  return -1
}

/** Whether the shell, or what it starts, would evaluate a value in the word that is being read. */
export function evaluatedIn(command: Command, declared: Declared): Evaluated | undefined {
  const { words, word = '' } = command
  if (command.feeds) return 'code'
  if (command.redirects) return undefined
  const head = headOf(words)
  if (head < 0) return assigned(word, declared)
  const name = words[head] ?? ''
  const before = words.at(-1) ?? ''
  if (EVALUATORS.has(name) || takesCode(words)) return 'code'
  if (name === 'let') return 'arithmetic'
  if (DECLARERS.has(name)) return declaration(words.slice(head + 1), word, declared, name)
  if (NAMERS.has(name)) return before === '-C' ? 'code' : name === 'read' && /^-[A-Za-z]*[dinNptu]$/.test(before) ? undefined : 'name'
  if (name === 'printf' && before === '-v') return 'name'
  if (name !== '[[' && name !== '[' && name !== 'test') return undefined
  if (before === '-v' || before === '-R') return 'name'
  return COMPARISON.test(before) ? comparison(name) : undefined
}

/** Whether the word that is being read gives a variable its value, where the shell splits nothing. */
export function isAssigned({ words, word = '' }: Command): boolean {
  return ASSIGNMENT.test(word) && (headOf(words) < 0 || DECLARERS.has(words[headOf(words)] ?? ''))
}

/** Whether `word[` begins the index of a list that is assigned to. */
export function takesIndex({ words, word = '' }: Command): boolean {
  return /^[A-Za-z_]\w*$/.test(word) && (headOf(words) < 0 || DECLARERS.has(words[headOf(words)] ?? ''))
}

/** Whether a command runs the file that it is given, as `source <(…)` does. */
export function runsFile(words: readonly string[]): boolean {
  const name = words[headOf(words)] ?? ''
  return name === 'source' || name === '.' || SHELLS.test(name) || RUNNERS.test(name)
}

/** A word is complete: `[[ X -eq 1 ]]` is known for what it is only behind the X. */
export function judgeBefore(command: Command, word: string): void {
  const name = command.words[headOf(command.words)]
  if (!COMPARISON.test(word) || (name !== '[[' && name !== '[' && name !== 'test')) return
  for (const spot of command.spotsBefore) spot.evaluated ??= comparison(name)
}

/** Remembers what a command declares. */
export function noteDeclaration(command: Command, declared: Declared): void {
  const head = headOf(command.words)
  const words = command.words.slice(head + 1)
  if (head < 0 || !DECLARERS.has(command.words[head] ?? '')) return
  const flags = flagsOf(words)
  const names = words.filter((word) => !/^[-+]/.test(word)).map((word) => word.replace(/[[=+].*$/s, ''))
  if (flags.includes('i') || command.words[head] === 'integer') for (const name of names) declared.integers.add(name)
  if (flags.includes('A')) for (const name of names) declared.maps.add(name)
}

/** Whether a command runs what it reads from standard input. */
export function runsInput(words: readonly string[]): boolean {
  const own = headOf(words)
  // Behind `sudo -u NAME`, `docker run -i IMAGE` and the like it stands anywhere.
  const head = RUNNERS.test(words[own] ?? '') ? own : Math.max(words.findIndex((word) => SHELLS.test(word)), own)
  const name = words[head] ?? ''
  const rest = words.slice(head + 1)
  if (name === 'source' || name === '.') return rest.some((word) => word === '/dev/stdin' || word === '')
  if (name === 'ssh') return true
  if (!SHELLS.test(name) && !RUNNERS.test(name)) return false
  if (rest.some((word) => CODE_OPTION.test(word))) return false
  if (rest.some((word) => /^-[A-Za-z]*s$/.test(word))) return true
  return rest.every((word, index) => /^[-+]/.test(word) || word === '/dev/stdin' || /^[-+][A-Za-z]*o$/.test(rest[index - 1] ?? ''))
}

/** Whether what a command writes holds what it is given. */
export function writesArguments(words: readonly string[]): boolean {
  return ['echo', 'printf', 'cat', 'print', 'tee', 'sed', 'envsubst'].includes(words[headOf(words)] ?? '')
}

/** `bash -c CODE`, also behind `docker run`, `find -exec` and the like: the first word behind `-c` that is no option. */
function takesCode(words: readonly string[]): boolean {
  const runner = words.findIndex((word) => SHELLS.test(word) || RUNNERS.test(word))
  if (runner < 0) return false
  const option = words.findIndex((word, index) => index > runner && CODE_OPTION.test(word))
  return option >= 0 && words.slice(option + 1).every((word) => word.startsWith('-'))
}

function assigned(word: string, declared: Declared): Evaluated | undefined {
  const name = ASSIGNMENT.exec(word)?.[1]
  if (name === undefined) return undefined
  if (CODE.has(name)) return 'code'
  return INTEGERS.has(name) || declared.integers.has(name) ? 'arithmetic' : undefined
}

function declaration(operands: readonly string[], word: string, declared: Declared, name: string): Evaluated | undefined {
  const flags = flagsOf(operands)
  if (flags.includes('i') || name === 'integer') return 'arithmetic'
  if (/[aAn]/.test(flags)) return 'name'
  const isName = !word.includes('=')
  return isName ? (name === 'export' || name === 'readonly' ? undefined : 'name') : assigned(word, declared)
}

function flagsOf(words: readonly string[]): string {
  return words.filter((word) => /^-[A-Za-z]+$/.test(word)).join('')
}

function comparison(name: string | undefined): Evaluated {
  return name === '[[' ? 'arithmetic' : 'comparison'
}
