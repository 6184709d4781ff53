import type { AgentTask } from './agent.ts'
import { fitsWildcard } from './wildcard.ts'

/** What makes a second command, a redirection or a substitution out of one command line. */
const META = new Set(';&|<>$`\n\r(){}')

/**
 * Whether one of the globs fits the whole command line. `*` and `?` never stand for a character of shell syntax
 * (`; & | < > $ \`` line break `( ) { }`): such a one must be written in the glob itself, so that `npm test*` does not allow
 * `npm test; rm -rf .`.
 */
export function isAllowedCommand(command: string, globs: readonly string[]): boolean {
  const line = trimmed(command)
  return globs.some((glob) => fitsWildcard(trimmed(glob), line, (character) => META.has(character)))
}

/** Without what is blank to the shell; a regular expression would take time by the square of the blanks in the middle. */
function trimmed(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && isBlank(text[start])) start += 1
  while (end > start && isBlank(text[end - 1])) end -= 1
  return text.slice(start, end)
}

function isBlank(character: string | undefined): boolean {
  return character === ' ' || character === '\t' || character === '\n'
}

/** The longest command line: the system takes not much more as one argument. */
const LONGEST_COMMAND = 100_000

/** Why a command may not run, as a sentence to the model. */
export function commandProblem(command: string, { permissions, allowCommands }: CommandRules): string | undefined {
  if (command.trim() === '') return 'the command is empty'
  if (command.includes('\0')) return 'the command holds a NUL character'
  if (command.length > LONGEST_COMMAND) return `the command is longer than ${LONGEST_COMMAND} characters; write a script`
  if (permissions === 'full') return undefined
  if (permissions === 'limited' && isAllowedCommand(command, allowCommands)) return undefined
  const allowed = allowCommands.map((glob) => `\`${glob}\``).join(', ')
  return `the command is not allowed; allowed are ${permissions === 'limited' && allowed !== '' ? allowed : 'none'}`
}

type CommandRules = Pick<AgentTask, 'permissions' | 'allowCommands'>
