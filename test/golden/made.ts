import { mkdirSync, writeFileSync } from 'node:fs'

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
  // Half of them warnings: with more than a thousand errors the pipeline's own bound would be met first.
  'too-many-mistakes': (path) =>
    writeFileSync(path, `version: 1\nenv:\n${numbered(500, (at) => `  BUILD_${at}: 90071992547409931\n`)}${'  CI: true\n'.repeat(505)}${STEPS}`),
  'expression-too-long': (path) =>
    writeFileSync(path, `version: 1\nsteps:\n  test:\n    if: ${Array.from({ length: 1_000 }, () => 'git.branch == \'main\'').join(' || ')}\n    run: npm test\n`),
}

function numbered(count: number, line: (at: number) => string): string {
  return Array.from({ length: count }, (_, at) => line(at + 1)).join('')
}
