import { err, ok } from '../../base/result.ts'
import type { Result } from '../../base/result.ts'
import { readTextFile } from '../text-file.ts'
import { answer, refuse } from '../tool.ts'
import type { Tool, ToolWorld } from '../tool.ts'
import { writeText } from '../write-text.ts'
import { defineTool } from './define.ts'

const FIELDS = {
  path: { type: 'string', about: 'Path of the file, relative to the working folder.' },
  old_text: { type: 'string', about: 'The text to replace, exactly as in the file; it must occur exactly once.' },
  new_text: { type: 'string', about: 'What takes its place.' },
} as const

export function editFileTool({ ports, task }: ToolWorld): Tool {
  return defineTool({
    name: 'edit_file',
    about: 'Replaces one text in a file by another. Take in as many lines around it as make it unique.',
    access: 'write',
    fields: FIELDS,
    activity: ['editing', 'path'],
    async run({ path, old_text, new_text }) {
      const file = await readTextFile(ports.files, task, path, 'write')
      if (!file.ok) return refuse(file.error)
      const { place, text } = file.value
      const edited = edit(text, old_text, new_text)
      if (!edited.ok) return refuse(`\`${place.shown}\` is unchanged: ${edited.error}`)
      const written = await writeText(ports.files, task, place, edited.value.text)
      if (!written.ok) return refuse(written.error)
      return answer(`edited \`${place.shown}\` at line ${edited.value.line}`)
    },
  })
}

interface Edited {
  readonly text: string
  readonly line: number
}

function edit(text: string, before: string, after: string): Result<Edited, string> {
  if (before === '') return err('`old_text` is empty; `write_file` writes a whole file')
  if (before === after) return err('`old_text` and `new_text` are the same')
  if (!after.isWellFormed()) return err('`new_text` holds half of a surrogate pair, which is no text')
  if (text.includes(before) || !text.includes('\r\n')) return replaced(text, before, after)
  return replaced(text, withCrlf(before), withCrlf(after))
}

function replaced(text: string, before: string, after: string): Result<Edited, string> {
  const at = text.indexOf(before)
  if (at < 0) return err('`old_text` does not occur in it; it must be the same to the last blank, without line numbers')
  const times = occurrences(text, before, at)
  if (times > 1) return err(`\`old_text\` occurs ${times} times, and must occur exactly once; take in more of what surrounds it`)
  const line = text.slice(0, at).split('\n').length
  return ok({ text: text.slice(0, at) + after + text.slice(at + before.length), line })
}

/** Also those that overlap: which one is meant would be a guess. */
function occurrences(text: string, part: string, first: number): number {
  let times = 0
  for (let at = first; at >= 0; at = text.indexOf(part, at + 1)) times += 1
  return times
}

/** The model sees lines without what ends them, and writes LF. */
function withCrlf(text: string): string {
  return text.replace(/\r?\n/g, '\r\n')
}
