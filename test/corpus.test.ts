import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { spawnSync } from 'node:child_process'
import { afterAll, describe, expect, it } from 'vitest'
import { tryCase } from './rig/corpus.ts'
import type { Case } from './rig/corpus.ts'
import { MEASURED } from './rig/measured.ts'
import { removeFolders } from './rig/program.ts'

/** The given ones, and our own: about state, places, signals and git, and about the language. */
const cases = ['bad-inputs.json', 'state.json', 'language.json', 'safety.json'].flatMap((name) => (JSON.parse(readFileSync(join(import.meta.dirname, 'corpus', name), 'utf8')) as { cases: Case[] }).cases)
/** Cases that need a part of the language that does not exist yet: the schema refuses their keys, so they cannot be judged. */
const { later } = JSON.parse(readFileSync(join(import.meta.dirname, 'corpus/later.json'), 'utf8')) as { later: Record<string, string> }

afterAll(removeFolders)

function missing(test: Case): string | undefined {
  if (test.requires?.includes('root') && process.getuid?.() !== 0) return 'needs root'
  const program = test.requires?.find((name) => name !== 'root' && spawnSync('which', [name]).status !== 0)
  return program === undefined ? undefined : `needs ${program}`
}

for (const kind of new Set(cases.map((test) => test.kind))) {
  describe.concurrent(`bad inputs: ${kind}`, () => {
    for (const test of cases.filter((one) => one.kind === kind && !(one.id in later))) {
      const reason = missing(test)
      const isMeasured = test.expect.max_seconds !== undefined || test.signal?.within_seconds !== undefined
      it.skipIf(reason !== undefined)(`${test.id}: ${test.describe}${reason === undefined ? '' : ` (skipped: ${reason})`}`, isMeasured ? MEASURED : {}, async () => {
        expect(await tryCase(test)).toEqual([])
      })
    }
  })
}

describe('the list of later cases', () => {
  it('names only cases that exist', () => {
    expect(Object.keys(later).filter((id) => !cases.some((test) => test.id === id))).toEqual([])
  })
})
