#!/usr/bin/env node
const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write('orch-run needs Node.js 22.18 or newer, this is ' + process.versions.node + '\n')
  process.exitCode = 4
} else if (process.argv.length === 3 && (process.argv[2] === '--version' || process.argv[2] === '-V')) {
  process.stdout.write('0.1.0\n')
} else if (process.argv[2] === 'validate' && process.argv.length > 3 && process.argv.slice(3).every((file) => file !== '' && !file.startsWith('-'))) {
  // What the optimizing compilers do pays off only after so short a command has ended.
  const v8 = process.getBuiltinModule('node:v8')
  for (const flag of ['--no-opt', '--no-maglev']) v8.setFlagsFromString(flag)
  import('./validate.js').then(({ startValidate }) => startValidate(process.argv.slice(3)))
} else {
  // Before a run begins, code runs once or twice: `settleEngine` lets the compilers work again. A resume keeps nearly all that it reads,
  // and a small young generation would copy that again and again; elsewhere one that grows costs memory.
  const v8 = process.getBuiltinModule('node:v8')
  for (const flag of ['--no-opt', '--no-maglev']) v8.setFlagsFromString(flag)
  if (process.argv[2] !== 'resume') v8.setFlagsFromString('--semi-space-growth-factor=1')
  import('./main.js').then(({ start }) => start())
}
