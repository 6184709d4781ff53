import type { Entry } from '../../base/ports.ts'
import { excerptOf } from '../excerpt.ts'
import { isGitName, placeOf } from '../path.ts'
import { answer, refuse } from '../tool.ts'
import type { Tool, ToolWorld } from '../tool.ts'
import { defineTool } from './define.ts'

const MOST_ENTRIES = 1000

const FIELDS = { path: { type: 'string', about: 'Path of the folder, relative to the working folder; `.` is that itself.' } } as const

export function listDirectoryTool({ ports, task }: ToolWorld): Tool {
  return defineTool({
    name: 'list_directory',
    about: 'Lists what is in a folder, one name a line. Names of folders end with `/`, those of links with `@`.',
    access: 'read',
    fields: FIELDS,
    activity: ['listing', 'path'],
    async run({ path }) {
      const found = await placeOf(ports.files, task, path, 'read')
      if (!found.ok) return refuse(found.error)
      const place = found.value
      if (place.stat === undefined) return refuse(`there is no folder \`${place.shown}\``)
      if (place.stat.kind !== 'folder') return refuse(`\`${place.shown}\` is a file; \`read_file\` shows what is in it`)
      const names = (await ports.files.list(place.path)).filter(({ name }) => !isGitName(name)).map(label)
      return answer(listing(names.sort()))
    },
  })
}

function label({ name, kind }: Entry): string {
  return kind === 'folder' ? `${name}/` : kind === 'link' ? `${name}@` : name
}

function listing(names: readonly string[]): string {
  if (names.length === 0) return '[the folder is empty]'
  const shown = names.slice(0, MOST_ENTRIES)
  if (shown.length < names.length) shown.push(`[… ${names.length - shown.length} more]`)
  return excerptOf(shown.join('\n'))
}
