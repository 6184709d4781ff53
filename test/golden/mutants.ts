// Removes every diagnostic from the source in turn and tells, as JSON, of which the golden file does not notice it. A process of
// its own: each mutant is the whole language once more.
import { build, transform } from 'esbuild'
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { builtins } from '../../.ci/builtins.ts'
import { sourceCodes, sourceFiles } from './codes.ts'
import { MADE } from './made.ts'

const root = join(import.meta.dirname, '../..')
const codes = sourceCodes()
/** Where the source gives a code to a diagnostic: `file`, and which of its codes. */
const sites: { readonly code: string; readonly file: string }[] = []
const judged = new Set(sourceFiles())

/** What is printed, by the name of the golden file: that of a code first. */
const goldens = new Map([...codes, ...readdirSync(import.meta.dirname).flatMap((name) => (/^many-.*\.txt$/.test(name) ? [name.slice(0, -4)] : []))].map((name) =>
  [name, readFileSync(join(import.meta.dirname, `${name}.txt`), 'utf8')] as const))

/** Comparisons with a code give none. */
const GIVEN = new RegExp(`(?<![!=]==? ?|case )"(${codes.join('|')})"(?!:| ===? | !==? )`, 'g')

function numbered(code: string, file: string): string {
  return code.replaceAll(GIVEN, (_whole, word: string) => `globalThis.codeAt(${sites.push({ code: word, file }) - 1}, "${word}")`)
}

interface Instance {
  validateFile(this: void, folder: string, file: string): Promise<{ diagnostics: readonly { readonly code: string }[] }>
  printed(this: void, validated: object): string
}

const folder = mkdtempSync(join(tmpdir(), 'orch-run-mutants-'))
try {
  await build({
    absWorkingDir: root, entryPoints: ['test/golden/validate.ts'], outfile: join(folder, 'validate.mjs'), bundle: true, format: 'esm', platform: 'node', target: 'node22', logLevel: 'warning',
    banner: { js: "const require=(id)=>process.getBuiltinModule('node:module').createRequire(import.meta.url)(id);" },
    plugins: [builtins, {
      name: 'codes',
      setup(plugins) {
        plugins.onLoad({ filter: /\/src\/.*\.ts$/ }, async ({ path }) => {
          const { code } = await transform(readFileSync(path, 'utf8'), { loader: 'ts', target: 'node22' })
          return { contents: judged.has(path) ? numbered(code, relative(root, path)) : code, loader: 'js' }
        })
      },
    }],
  })
  const survivors: string[] = []
  const around = { active: -1 }
  Object.assign(globalThis, { codeAt: (site: number, code: string) => (site === around.active ? 'removed' : code) })
  for (const [site, { code, file }] of sites.entries()) {
    around.active = site
    const { validateFile, printed } = (await import(`${pathToFileURL(join(folder, 'validate.mjs')).href}?${site}`)) as Instance
    let isNoticed = false
    for (const [name, golden] of goldens) {
      if (isNoticed || !golden.includes(`[${code}]: `)) continue
      const validated = await validateFile(placeOf(name), `${name}.yml`)
      isNoticed = printed({ ...validated, diagnostics: validated.diagnostics.filter((diagnostic) => diagnostic.code !== 'removed') }) !== golden
    }
    if (!isNoticed) survivors.push(`${file}: ${code}`)
  }
  process.stdout.write(JSON.stringify({ sites: sites.length, unplaced: codes.filter((code) => !sites.some((site) => site.code === code)), survivors }))
} finally {
  rmSync(folder, { recursive: true, force: true })
}

function placeOf(name: string): string {
  const make = MADE[name]
  if (!make) return import.meta.dirname
  const place = mkdtempSync(join(folder, 'made-'))
  make(join(place, `${name}.yml`))
  return place
}
