import { canonical } from '../base/json.ts'
import type { RecordedRequest } from './recording.ts'

/** In what a request differs from the recorded one, as a sentence for people; undefined where it fits. Tool results may differ. */
export function requestDifference(
  recorded: { readonly model: string; readonly request: RecordedRequest }, model: string, now: RecordedRequest,
): string | undefined {
  const then = recorded.request
  if (recorded.model !== model) return `the model was \`${recorded.model}\`, now it is \`${model}\``
  return (
    textDifference('the instructions differ', then.system, now.system) ?? toolDifference(then.tools, now.tools) ??
    textDifference('the task differs', then.task, now.task) ?? turnDifference(then.turns, now.turns)
  )
}

function textDifference(what: string, then: string, now: string): string | undefined {
  if (then === now) return undefined
  const [was, is] = [then.split('\n'), now.split('\n')]
  const line = was.findIndex((text, index) => text !== is[index])
  const at = line < 0 ? was.length : line
  return `${what} in line ${at + 1}: ${shown(was[at], is[at])}`
}

function toolDifference(then: RecordedRequest['tools'], now: RecordedRequest['tools']): string | undefined {
  const names = (tools: RecordedRequest['tools']): string => tools.map((tool) => tool.name).join(', ')
  if (names(then) !== names(now)) return `the tools differ: ${shown(names(then), names(now))}`
  const changed = then.find((tool, index) => canonical(tool.input) !== canonical(now[index]?.input))
  return changed && `the schema of the tool \`${changed.name}\` has changed`
}

function turnDifference(then: readonly string[], now: readonly string[]): string | undefined {
  const length = Math.max(then.length, now.length)
  for (let turn = 0; turn < length; turn += 1) {
    if (then[turn] !== now[turn]) return `the conversation differs in message ${turn + 1}: ${shown(then[turn], now[turn])}`
  }
  return undefined
}

/** The first place where two texts differ, with a little before it. */
function shown(then: string | undefined, now: string | undefined): string {
  const start = (then ?? '').split('').findIndex((letter, index) => letter !== now?.[index])
  const from = Math.max(0, start - 20)
  const part = (text: string | undefined): string => {
    if (text === undefined) return 'nothing'
    return `\`${from > 0 ? '…' : ''}${text.slice(from, from + 60)}${text.length > from + 60 ? '…' : ''}\``
  }
  return `recorded ${part(then)}, now ${part(now)}`
}
