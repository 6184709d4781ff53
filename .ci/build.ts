// Builds `dist/`: one ES module per entry, shared code and heavy packages split off so that they load only when used.
import { build } from 'esbuild'
import type { BuildOptions } from 'esbuild'
import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { builtins } from './builtins.ts'
import { mergeChunks } from './merge-chunks.ts'
import { withoutTokens } from './without-tokens.ts'

const root = join(import.meta.dirname, '..')
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }

execFileSync(process.execPath, [join(root, '.ci/schema.ts')], { stdio: 'inherit' })
// A build that fails, or that runs while the program does, leaves the former one whole: the new one takes its place at the end.
const made = join(root, `dist.${process.pid}`)
mkdirSync(made, { recursive: true })

const options: BuildOptions = {
  absWorkingDir: root,
  outdir: made,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node22',
  minify: true,
  keepNames: false,
  legalComments: 'none',
  chunkNames: 'chunks/[name]-[hash]',
  define: { __VERSION__: JSON.stringify(version) },
  // Packages in CommonJS ask for node's modules by `require`, which an ES module does not have.
  banner: { js: "const require=(id)=>process.getBuiltinModule('node:module').createRequire(import.meta.url)(id);" },
  plugins: [builtins, withoutTokens],
  logLevel: 'warning',
}

await build({ ...options, entryPoints: { main: 'src/cli/start.ts', 'action-start': 'src/action/start.ts' } })
// Apart from the rest, since whatever two entries share becomes a file of its own, and each file takes its time.
const { metafile } = await build({ ...options, chunkNames: 'chunks/validate-[name]-[hash]', metafile: true, entryPoints: { validate: 'src/cli/validate-start.ts' } })
await mergeChunks(root, relative(root, join(made, 'validate.js')), metafile)

// The first file that runs: it must start on any Node, so that an old one is told so instead of failing at some syntax.
writeFileSync(
  join(made, 'orch-run.js'),
  `#!/usr/bin/env node
const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write('orch-run needs Node.js 22.18 or newer, this is ' + process.versions.node + '\\n')
  process.exitCode = 4
} else if (process.argv.length === 3 && (process.argv[2] === '--version' || process.argv[2] === '-V')) {
  process.stdout.write('${version}\\n')
} else if (process.argv[2] === 'validate' && process.argv.length > 3 && process.argv.slice(3).every((file) => file !== '' && !file.startsWith('-'))) {
  // What the optimizing compilers do pays off only after so short a command has ended.
  const v8 = process.getBuiltinModule('node:v8')
  for (const flag of ['--no-opt', '--no-maglev']) v8.setFlagsFromString(flag)
  import('./validate.js').then(({ startValidate }) => startValidate(process.argv.slice(3)))
} else {
  // Before a run begins, code runs once or twice: \`settleEngine\` lets the compilers work again. A resume keeps nearly all that it reads,
  // and a small young generation would copy that again and again; elsewhere one that grows costs memory.
  const v8 = process.getBuiltinModule('node:v8')
  for (const flag of ['--no-opt', '--no-maglev']) v8.setFlagsFromString(flag)
  if (process.argv[2] !== 'resume') v8.setFlagsFromString('--semi-space-growth-factor=1')
  import('./main.js').then(({ start }) => start())
}
`,
)
// What GitHub's runner starts, before and after the job's own steps.
writeFileSync(join(made, 'action.js'), "import('./action-start.js').then(({ start }) => start())\n")
chmodSync(join(made, 'orch-run.js'), 0o755)
const former = `${made}.former`
if (existsSync(join(root, 'dist'))) renameSync(join(root, 'dist'), former)
renameSync(made, join(root, 'dist'))
rmSync(former, { recursive: true, force: true })

// `npx orch-run` in this checkout finds a program that lies among those of its dependencies, and asks no registry for it.
const programs = join(root, 'node_modules/.bin')
if (existsSync(programs)) {
  rmSync(join(programs, 'orch-run'), { force: true })
  symlinkSync('../../dist/orch-run.js', join(programs, 'orch-run'))
}
