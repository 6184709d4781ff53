import { dirname, join, relative } from 'node:path'
import { MOST_CHARACTERS, shortLine } from '../excerpt.ts'
import { fileGlob } from '../file-glob.ts'
import { MOST_FILES, walkFiles } from '../file-walk.ts'
import { placeOf } from '../path.ts'
import type { Place } from '../path.ts'
import { isRefusal } from '../refusal.ts'
import { linesOf, decodeText } from '../text-file.ts'
import { answer, refuse } from '../tool.ts'
import type { Tool, ToolAnswer, ToolWorld } from '../tool.ts'
import { defineTool } from './define.ts'

const LARGEST_SEARCHED = 1024 * 1024
const MOST_MATCHES = 200
const LONGEST_LINE = 300
const LONGEST_GLOB = 500
/** Of the whole search, and of the pattern on one batch of files. */
const SEARCH_MS = 20_000
const MATCH_MS = 3000
const BATCH_CHARACTERS = 1024 * 1024

const FIELDS = {
  pattern: { type: 'string', about: 'Regular expression (JavaScript), asked of each line; `(?i)` at its beginning ignores case.' },
  path: { type: 'string', about: 'Folder or file to search, relative to the working folder, which is searched otherwise.', optional: true },
  glob: { type: 'string', about: 'Only files that fit: `*.ts` by name, `src/**/*.ts` by path from `path` on.', optional: true },
} as const

export function searchFilesTool(world: ToolWorld): Tool {
  return defineTool({
    name: 'search_files',
    about: 'Finds lines in text files, as `path:line: text`. Links, binary files, large files and `node_modules` are left out.',
    access: 'read',
    fields: FIELDS,
    activity: ['searching for', 'pattern'],
    async run({ pattern, path, glob }, signal) {
      const compiled = compile(pattern)
      if (typeof compiled === 'string') return refuse(compiled)
      if (glob !== undefined && glob.length > LONGEST_GLOB) return refuse(`the glob is longer than ${LONGEST_GLOB} characters`)
      const found = await placeOf(world.ports.files, world.task, path ?? '.', 'read')
      if (!found.ok) return refuse(found.error)
      if (found.value.stat === undefined) return refuse(`there is no file or folder \`${found.value.shown}\``)
      return search(world, found.value, { ...compiled, fits: glob === undefined ? () => true : fileGlob(glob) }, signal)
    },
  })
}

interface Query {
  readonly source: string
  readonly flags: string
  fits(path: string): boolean
}

interface Batch {
  readonly texts: { readonly shown: string; readonly lines: readonly string[] }[]
  characters: number
}

function compile(pattern: string): { source: string; flags: string } | string {
  const source = pattern.replace(/^\(\?i\)/, '')
  const flags = source === pattern ? '' : 'i'
  try {
    void new RegExp(source, flags)
    return { source, flags }
  } catch (error) {
    return `the pattern is no regular expression: ${error instanceof Error ? error.message : ''}`
  }
}

async function search(world: ToolWorld, place: Place, query: Query, signal: AbortSignal): Promise<ToolAnswer> {
  const { clock } = world.ports
  const end = clock.elapsed() + SEARCH_MS
  const matches: string[] = []
  let batch: Batch = { texts: [], characters: 0 }
  let looked = 0
  let note = ''
  for await (const path of candidates(world, place)) {
    looked += 1
    if (signal.aborted) return refuse('the search was stopped')
    if (clock.elapsed() > end || looked > MOST_FILES) note = `[the search ended after ${looked - 1} files; search a smaller folder]`
    if (note !== '' || matches.length > MOST_MATCHES) break
    if (query.fits(path)) await load(world, place, path, batch)
    if (batch.characters < BATCH_CHARACTERS) continue
    if (!(await matchBatch(world, query, batch, matches))) return refuse(tooSlow(query))
    batch = { texts: [], characters: 0 }
  }
  if (!(await matchBatch(world, query, batch, matches))) return refuse(tooSlow(query))
  return answer(listing(matches, note))
}

async function* candidates({ ports }: ToolWorld, place: Place): AsyncGenerator<string> {
  if (place.stat?.kind === 'folder') yield* walkFiles(ports.files, place.path)
  else yield relative(dirname(place.path), place.path)
}

/** What vanished, is no text, too large, or not where it seemed to be, is left out. */
async function load({ ports: { files }, task }: ToolWorld, place: Place, path: string, batch: Batch): Promise<void> {
  const shown = place.stat?.kind === 'folder' ? join(place.shown, path) : place.shown
  const file = place.stat?.kind === 'folder' ? join(place.path, path) : place.path
  try {
    const stat = await files.stat(file)
    if (stat?.kind !== 'file' || stat.size > LARGEST_SEARCHED) return
    const text = decodeText(await files.readBytes(file, LARGEST_SEARCHED))
    const still = await placeOf(files, task, shown, 'read')
    if (text === undefined || !still.ok || still.value.path !== file) return
    batch.texts.push({ shown, lines: linesOf(text) })
    batch.characters += text.length
  } catch (error) {
    if (!isRefusal(error)) throw error
  }
}

/** False when the pattern took too long. */
async function matchBatch({ ports }: ToolWorld, query: Query, batch: Batch, matches: string[]): Promise<boolean> {
  if (batch.texts.length === 0) return true
  const texts = batch.texts.map(({ lines }) => lines.join('\n'))
  const found = await ports.patterns.matchLines(query.source, query.flags, texts, MATCH_MS)
  if (found === 'timeout') return false
  for (const [index, numbers] of found.entries()) {
    const { shown, lines } = batch.texts[index] ?? { shown: '', lines: [] }
    for (const number of numbers.slice(0, MOST_MATCHES + 1)) {
      matches.push(`${shown}:${number}: ${cutLine(lines[number - 1] ?? '')}`)
    }
  }
  return true
}

function cutLine(line: string): string {
  return line.length <= LONGEST_LINE ? line : `${line.slice(0, LONGEST_LINE)}…`
}

function listing(matches: readonly string[], note: string): string {
  const shown: string[] = []
  let length = 0
  for (const match of matches.slice(0, MOST_MATCHES)) {
    length += match.length + 1
    if (length > MOST_CHARACTERS) break
    shown.push(match)
  }
  if (shown.length === 0) shown.push('[no line matches]')
  else if (shown.length < matches.length) shown.push(`[the first ${shown.length} matches; narrow the search for others]`)
  return [...shown, ...(note === '' ? [] : [note])].join('\n').toWellFormed()
}

function tooSlow({ source }: Query): string {
  return `the pattern \`${shortLine(source, 100)}\` takes too long; write one without nested repetitions`
}
