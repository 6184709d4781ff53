import { createHash } from 'node:crypto'

const LONGEST = 80

/**
 * A node's id as the name of a folder. Plain ids stay as they are; what could leave the folder, trouble a file system or differ
 * only in case is replaced, and a digest of the id keeps the name unique.
 */
export function nodeFolder(node: string): string {
  const isPlain = node.length <= LONGEST && /^[a-z0-9][a-z0-9._=,()-]*$/.test(node) && !node.endsWith('.')
  if (isPlain) return node
  const readable = node.replace(/[^A-Za-z0-9._=,()-]+/g, '-').replace(/^[^A-Za-z0-9]+/, '').slice(0, LONGEST)
  return `${readable}~${createHash('sha256').update(node).digest('hex').slice(0, 12)}`
}
