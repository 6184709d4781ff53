import type { Files } from '../../../src/base/ports.ts'

/** Files in memory, as far as recordings need them. */
export function createMemoryFiles(): { readonly files: Files; readonly contents: Map<string, string> } {
  const contents = new Map<string, string>()
  const files: Pick<Files, 'read' | 'write' | 'stat' | 'makeFolder'> = {
    read: (path) => Promise.resolve(contents.get(path) ?? ''),
    write: (path, data) => {
      contents.set(path, String(data))
      return Promise.resolve()
    },
    stat: (path) => {
      const text = contents.get(path)
      return Promise.resolve(text === undefined ? undefined : { kind: 'file', size: text.length, mode: 0o644, modifiedMs: 0, links: 1 })
    },
    makeFolder: () => Promise.resolve(),
  }
  return { files: files as Files, contents }
}
