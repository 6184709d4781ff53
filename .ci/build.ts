// Builds `dist/`: one ES module per entry, shared code and heavy packages split off so that they load only when used.
import { build } from 'esbuild'
import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }

execFileSync(process.execPath, [join(root, '.ci/schema.ts')], { stdio: 'inherit' })
rmSync(join(root, 'dist'), { recursive: true, force: true })
mkdirSync(join(root, 'dist'), { recursive: true })

await build({
  absWorkingDir: root,
  entryPoints: { main: 'src/cli/main.ts' },
  outdir: 'dist',
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
  banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
  logLevel: 'warning',
})

// The first file that runs: it must start on any Node, so that an old one is told so instead of failing at some syntax.
writeFileSync(
  join(root, 'dist/orch-run.js'),
  `#!/usr/bin/env node
const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write('orch-run needs Node.js 22.18 or newer, this is ' + process.versions.node + '\\n')
  process.exitCode = 4
} else if (process.argv.length === 3 && (process.argv[2] === '--version' || process.argv[2] === '-V')) {
  process.stdout.write('${version}\\n')
} else {
  import('./main.js').then(({ start }) => start())
}
`,
)
chmodSync(join(root, 'dist/orch-run.js'), 0o755)

// `npx orch-run` in this checkout finds a program that lies among those of its dependencies, and asks no registry for it.
const programs = join(root, 'node_modules/.bin')
if (existsSync(programs)) {
  rmSync(join(programs, 'orch-run'), { force: true })
  symlinkSync('../../dist/orch-run.js', join(programs, 'orch-run'))
}
