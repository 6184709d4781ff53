import { MOST_CHARACTERS } from '../excerpt.ts'
import { linesOf, readTextFile } from '../text-file.ts'
import { answer, refuse } from '../tool.ts'
import type { Tool, ToolWorld } from '../tool.ts'
import { defineTool } from './define.ts'

const FIELDS = {
  path: { type: 'string', about: 'Path of the file, relative to the working folder.' },
  start_line: { type: 'integer', about: 'First line to read, from 1.', optional: true, minimum: 1 },
  end_line: { type: 'integer', about: 'Last line to read.', optional: true, minimum: 1 },
} as const

export function readFileTool({ ports, task }: ToolWorld): Tool {
  return defineTool({
    name: 'read_file',
    about: 'Reads a text file. Each line comes as its number, a tab and its text; the number and the tab are not in the file.',
    access: 'read',
    fields: FIELDS,
    activity: ['reading', 'path'],
    async run({ path, start_line, end_line }) {
      const file = await readTextFile(ports.files, task, path, 'read')
      if (!file.ok) return refuse(file.error)
      const lines = linesOf(file.value.text)
      const first = start_line ?? 1
      const last = Math.min(end_line ?? lines.length, lines.length)
      if (lines.length === 0) return answer('[the file is empty]')
      if (first > lines.length) return refuse(`the file has ${lines.length} lines; line ${first} is not there`)
      if (end_line !== undefined && end_line < first) return refuse(`\`end_line\` ${end_line} comes before \`start_line\` ${first}`)
      return answer(numbered(lines, first, last))
    },
  })
}

/** As many lines as fit, and where to read on. */
function numbered(lines: readonly string[], first: number, last: number): string {
  const shown: string[] = []
  let length = 0
  for (let number = first; number <= last; number += 1) {
    const text = lines[number - 1] ?? ''
    const line = `${number}\t${text}`
    length += line.length + 1
    if (length > MOST_CHARACTERS && shown.length > 0) break
    shown.push(length > MOST_CHARACTERS ? `${line.slice(0, MOST_CHARACTERS)}[… the line has ${text.length} characters …]` : line)
  }
  const end = first + shown.length - 1
  if (end < last) shown.push(`[lines ${first} to ${end} of ${lines.length}; read on with \`start_line\` ${end + 1}]`)
  return shown.join('\n').toWellFormed()
}
