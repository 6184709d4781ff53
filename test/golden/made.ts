import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const STEPS = 'steps:\n  test: { run: npm test }\n'

/**
 * Golden cases by code whose file cannot lie in the repository: it would be too large, no text, or not there at all. Each puts
 * it at `path`.
 */
export const MADE: Readonly<Record<string, (path: string) => void>> = {
  'file-missing': () => {},
  'file-unreadable': (path) => mkdirSync(path),
  'not-utf8': (path) => writeFileSync(path, Buffer.concat([Buffer.from(`version: 1\nname: na`), Buffer.from([0xef]), Buffer.from(`ve\n${STEPS}`)])),
  'too-large': (path) => writeFileSync(path, `version: 1\n${'# This file is far too long.\n'.repeat(40_000)}${STEPS}`),
  // The parser, the expressions and the whole each have a bound of their own.
  'too-many-mistakes': (path) => writeFileSync(path, [
    `version: 1\nenv:\n${numbered(400, (at) => `  BUILD_${at}: 90071992547409931\n`)}${'  CI: true\n'.repeat(605)}steps:\n`,
    numbered(205, (at) => `  show-${at}: { run: 'echo "\${{ inputs.none }}"' }\n`), numbered(300, (at) => `  test-${at}: { run: npm test, needs: none }\n`),
  ].join('')),
  'many-calls': (path) => {
    const folder = dirname(path)
    const put = (name: string, steps: string): void => writeFileSync(join(folder, name), `steps:\n${steps}`)
    put('many-calls.yml', `  deep: { pipeline: deep-1.yml }\n  wide: { pipeline: wide.yml }\n  odd: { pipeline: part-1.yml, with: { task: x } }\n`)
    for (let at = 1; at < 11; at += 1) put(`deep-${at}.yml`, `  deeper: { pipeline: deep-${at + 1}.yml }\n`)
    put('deep-11.yml', numbered(90, (at) => `  part-${at}: { pipeline: part-${at}.yml }\n`))
    put('wide.yml', `  all: { pipeline: part-1.yml, matrix: { shard: [${Array.from({ length: 6000 }, (_, at) => at).join(', ')}] } }\n`)
    for (let at = 1; at <= 90; at += 1) put(`part-${at}.yml`, '  test: { run: npm test }\n  lint: { run: npx eslint . }\n')
  },
  'expression-too-long': (path) =>
    writeFileSync(path, `version: 1\nsteps:\n  test:\n    if: ${Array.from({ length: 1_000 }, () => 'git.branch == \'main\'').join(' || ')}\n    run: npm test\n`),
}

function numbered(count: number, line: (at: number) => string): string {
  return Array.from({ length: count }, (_, at) => line(at + 1)).join('')
}
