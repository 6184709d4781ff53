import { ASSUMED } from './conversation.ts'
import { UNKNOWN_VALUE } from './prompt-size.ts'

/** What the figures of a cost rest on, as sentences for people: first of the bound, then of what is expected. */
export const ASSUMPTIONS: readonly string[] = [
  'at least: each agent node that surely runs makes one call; the dearest is sent only if all that is held for it is left',
  `at most: every attempt uses all of its max_turns; each turn adds max_output_tokens and ${count(ASSUMED.mostResult)} tokens of tool results or failed checks`,
  `at most: a byte of input counts as a token, a value that only the run will tell as ${count(UNKNOWN_VALUE.most)}`,
  'at most: answers that get lost on their way, and are paid and asked for again, come on top',
  `about: a third of max_turns, 1 turn without tools; each turn answers ${count(ASSUMED.answer)} tokens and adds ${count(ASSUMED.result)} of tool results`,
  `about: a token has ${ASSUMED.bytesPerToken} bytes, a value that only the run will tell ${count(UNKNOWN_VALUE.expected)}; what was said before is read from the cache`,
  'about: nothing is tried again, no resolver is asked, unknown conditions hold, an unknown matrix is one node',
]

function count(number: number): string {
  return number.toLocaleString('en-US')
}
