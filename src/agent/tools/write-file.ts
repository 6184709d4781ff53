import { placeOf } from '../path.ts'
import { linesOf } from '../text-file.ts'
import { answer, refuse } from '../tool.ts'
import type { Tool, ToolWorld } from '../tool.ts'
import { writeText } from '../write-text.ts'
import { defineTool } from './define.ts'

const FIELDS = {
  path: { type: 'string', about: 'Path of the file, relative to the working folder. Missing folders are made.' },
  content: { type: 'string', about: 'The whole new content.' },
} as const

export function writeFileTool({ ports, task }: ToolWorld): Tool {
  return defineTool({
    name: 'write_file',
    about: 'Creates a text file, or replaces the whole content of one.',
    access: 'write',
    fields: FIELDS,
    activity: ['writing', 'path'],
    async run({ path, content }) {
      const found = await placeOf(ports.files, task, path, 'write')
      if (!found.ok) return refuse(found.error)
      const place = found.value
      if (place.stat?.kind === 'folder') return refuse(`\`${place.shown}\` is a folder`)
      if (!content.isWellFormed()) return refuse('`content` holds half of a surrogate pair, which is no text')
      const written = await writeText(ports.files, task, place, content)
      if (!written.ok) return refuse(written.error)
      return answer(`${place.stat ? 'replaced' : 'created'} \`${place.shown}\`: ${linesOf(content).length} lines`)
    },
  })
}
