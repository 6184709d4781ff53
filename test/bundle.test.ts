import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ROOT } from './golden/blocks.ts'

const git = (...args: string[]): string => execFileSync('git', ['-C', ROOT, ...args], { encoding: 'utf8' })

/** A package without our history, or a checkout before its bundle was committed, has nothing to compare with. */
function tracked(): boolean {
  try {
    return git('ls-files', 'dist').trim() !== ''
  } catch {
    return false
  }
}

const isTracked = tracked()

describe('the bundle', () => {
  it.skipIf(!isTracked)(`that is committed is what the source gives: \`pretest\` has built it anew${isTracked ? '' : ' (skipped: git tracks no dist/ here)'}`, () => {
    expect(git('status', '--porcelain', '--', 'dist')).toBe('')
  })

  it('is small to get and to have', () => {
    const [packed] = JSON.parse(execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })) as [{ size: number; unpackedSize: number; files: { path: string }[] }]
    const paths = packed.files.map(({ path }) => path)
    expect(paths).toEqual(expect.arrayContaining(['action.yml', 'dist/action.js', 'dist/orch-run.js', 'schemas/pipeline.schema.json']))
    expect(paths.filter((path) => path.startsWith('src/') || path.startsWith('test/'))).toEqual([])
    expect(packed.size).toBeLessThan(3_000_000)
    // Nothing else is installed with it.
    expect(packed.unpackedSize).toBeLessThan(60_000_000)
    const { dependencies = {}, optionalDependencies = {} } = JSON.parse(execFileSync('cat', [join(ROOT, 'package.json')], { encoding: 'utf8' })) as Record<string, object | undefined>
    expect({ ...dependencies, ...optionalDependencies }).toEqual({})
  })
})
