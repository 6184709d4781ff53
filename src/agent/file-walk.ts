import { join } from 'node:path'
import type { Entry, Files } from '../base/ports.ts'
import { isGitName } from './path.ts'
import { isRefusal } from './refusal.ts'

/** Folders that hold what others wrote; looked into only when they are where the search begins. */
const SKIPPED = new Set(['node_modules'])

/** More files than this are not looked at in one search. */
export const MOST_FILES = 20_000

/** The files below a folder in the order of their names, as paths relative to it. Links are not followed, closed folders left out. */
export async function* walkFiles(files: Files, folder: string, below = ''): AsyncGenerator<string> {
  for (const entry of await sortedEntries(files, join(folder, below))) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`
    if (entry.kind === 'file') yield path
    else if (entry.kind === 'folder' && !SKIPPED.has(entry.name)) yield* walkFiles(files, folder, path)
  }
}

async function sortedEntries(files: Files, folder: string): Promise<Entry[]> {
  const entries = await listQuietly(files, folder)
  return entries.filter(({ name }) => !isGitName(name)).sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
}

/** A folder that vanished or may not be read holds nothing for us. */
async function listQuietly(files: Files, folder: string): Promise<Entry[]> {
  try {
    return await files.list(folder)
  } catch (error) {
    if (isRefusal(error)) return []
    throw error
  }
}
