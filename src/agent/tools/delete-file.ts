import { placeOf } from '../path.ts'
import { answer, refuse } from '../tool.ts'
import type { Tool, ToolWorld } from '../tool.ts'
import { defineTool } from './define.ts'

const FIELDS = { path: { type: 'string', about: 'Path of the file, relative to the working folder.' } } as const

export function deleteFileTool({ ports, task }: ToolWorld): Tool {
  return defineTool({
    name: 'delete_file',
    about: 'Deletes one file, or an empty folder. Of a link only the link is deleted.',
    access: 'write',
    fields: FIELDS,
    activity: ['deleting', 'path'],
    async run({ path }) {
      const found = await placeOf(ports.files, task, path, 'remove')
      if (!found.ok) return refuse(found.error)
      const place = found.value
      if (place.stat === undefined) return refuse(`there is no file \`${place.shown}\``)
      if (place.shown === '.') return refuse('the working folder itself is not deleted')
      if (place.stat.kind === 'folder' && (await ports.files.list(place.path)).length > 0) {
        return refuse(`\`${place.shown}\` is a folder that is not empty; delete its files one by one`)
      }
      await ports.files.remove(place.path)
      return answer(`deleted \`${place.shown}\``)
    },
  })
}
