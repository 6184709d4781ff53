import { placeOf, unchanged } from '../path.ts'
import { answer, refuse } from '../tool.ts'
import type { Tool, ToolWorld } from '../tool.ts'
import { defineTool } from './define.ts'

const FIELDS = { path: { type: 'string', about: 'Path of the folder, relative to the working folder. Missing parents are made.' } } as const

export function createDirectoryTool({ ports, task }: ToolWorld): Tool {
  return defineTool({
    name: 'create_directory',
    about: 'Creates a folder.',
    access: 'write',
    fields: FIELDS,
    activity: ['creating', 'path'],
    async run({ path }) {
      const found = await placeOf(ports.files, task, path, 'write')
      if (!found.ok) return refuse(found.error)
      const place = found.value
      if (place.stat?.kind === 'folder') return answer(`\`${place.shown}\` is there already`)
      if (place.stat !== undefined) return refuse(`\`${place.shown}\` is a file`)
      await ports.files.makeFolder(place.path, 0o755)
      if (!(await unchanged(ports.files, task, place, 'write'))) return refuse(`\`${place.shown}\` was replaced while it was made`)
      return answer(`created \`${place.shown}\``)
    },
  })
}
