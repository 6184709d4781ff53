import type { TrustedRepository } from './repository.ts'

/** Contents in the order of the objects, one character per byte. */
export async function readBlobs(repository: TrustedRepository, objects: readonly string[]): Promise<string[]> {
  if (objects.length === 0) return []
  const output = await repository.ask(['cat-file', '--batch'], { input: `${objects.join('\n')}\n` })
  const text = output.toString('latin1')
  let at = 0
  return objects.map(() => {
    const end = text.indexOf('\n', at)
    const size = Number(text.slice(at, end).split(' ')[2] ?? 0)
    at = end + size + 2
    return text.slice(end + 1, end + 1 + size)
  })
}

/** Contents of files in a tree or commit, in the order of the paths; undefined where there is none, or what is there is no file. */
export async function readPaths(repository: TrustedRepository, tree: string, paths: readonly string[]): Promise<(Buffer | undefined)[]> {
  if (paths.length === 0) return []
  const output = await repository.ask(['cat-file', '--batch', '-z'], { input: paths.map((path) => `${tree}:${path}\0`).join('') })
  let at = 0
  return paths.map((path) => {
    const missing = Buffer.from(`${tree}:${path} missing\n`)
    if (output.subarray(at, at + missing.length).equals(missing)) {
      at += missing.length
      return undefined
    }
    const end = output.indexOf('\n', at)
    const [, type, size] = output.toString('latin1', at, end).split(' ')
    const content = output.subarray(end + 1, end + 1 + Number(size))
    at = end + content.length + 2
    return type === 'blob' ? content : undefined
  })
}

/** Keeps a content, one character per byte, and gives its object. */
export async function writeBlob(repository: TrustedRepository, content: string): Promise<string> {
  return (await repository.ask(['hash-object', '-w', '--stdin'], { input: Buffer.from(content, 'latin1') })).toString('latin1').trim()
}

/** As git decides it: a zero byte among the first 8000. */
export function isBinary(content: string): boolean {
  return content.slice(0, 8000).includes('\0')
}
