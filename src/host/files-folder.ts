import { mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { codeOf } from './files-error.ts'

/**
 * Makes a folder and those above it that are missing. The platform's own way never ends where a folder exists and yet cannot
 * hold another one, as in `/proc`. Done at once, since a trip through the pool of threads costs ten times what the system needs,
 * and every attempt of a step wants a folder.
 */
export function makeFolders(path: string, mode: number): void {
  if (isFolder(path)) return
  const parent = dirname(path)
  if (parent !== path && !isFolder(parent)) makeFolders(parent, mode)
  try {
    mkdirSync(path, mode)
  } catch (error) {
    if (codeOf(error) !== 'EEXIST' || !isFolder(path)) throw error
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}
