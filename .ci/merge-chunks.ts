import { build } from 'esbuild'
import type { Metafile, Plugin } from 'esbuild'
import { rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

/**
 * Puts into an entry all files that are loaded with it in any case: each file of its own takes time, and they are its own only
 * because others that are loaded later need them too. Those find the exports through a line that stands where the file was.
 * Paths are relative to `root`.
 */
export async function mergeChunks(root: string, entry: string, { outputs }: Metafile): Promise<void> {
  const merged = loadedWith(outputs, entry)
  const names = (path: string): readonly (readonly [string, string])[] =>
    (outputs[path]?.exports ?? []).map((name) => [name, path === entry ? name : `m${merged.indexOf(path)}_${name}`])
  const lines = merged.map((path) => `export { ${names(path).map(([own, given]) => `${own} as ${given}`).join(', ')} } from ${JSON.stringify(join(root, path))}`)
  await build({
    absWorkingDir: root, stdin: { contents: lines.join('\n'), resolveDir: root }, outfile: entry, allowOverwrite: true,
    bundle: true, format: 'esm', platform: 'node', target: 'node22', minify: true, legalComments: 'none', logLevel: 'warning',
    plugins: [loadedLater(merged.map((path) => join(root, path)), join(root, dirname(entry)))],
  })
  const needed = new Set(Object.keys(outputs).filter((path) => !merged.includes(path)).flatMap((path) => (outputs[path]?.imports ?? []).map((one) => one.path)))
  for (const path of merged.filter((one) => one !== entry)) {
    if (needed.has(path)) writeFileSync(join(root, path), `export{${names(path).map(([own, given]) => `${given} as ${own}`).join(',')}}from"${relative(dirname(path), entry)}";\n`)
    else rmSync(join(root, path))
  }
}

function loadedWith(outputs: Metafile['outputs'], entry: string): string[] {
  const found = new Set([entry])
  for (const path of found) for (const one of outputs[path]?.imports ?? []) if (one.kind !== 'dynamic-import' && one.external !== true) found.add(one.path)
  return [...found]
}

/** What is not merged stays where it is; `folder` is that of the entry. */
function loadedLater(merged: readonly string[], folder: string): Plugin {
  return {
    name: 'loaded-later',
    setup(made) {
      made.onResolve({ filter: /^\.{1,2}\// }, ({ path, resolveDir }) => {
        const file = join(resolveDir, path)
        return merged.includes(file) ? undefined : { path: `./${relative(folder, file)}`, external: true }
      })
    },
  }
}
