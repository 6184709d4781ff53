import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'
import { buildCase, fill } from './rig/corpus.ts'
import type { Case } from './rig/corpus.ts'
import { folderWith, removeFolders, smallEnv } from './rig/program.ts'

const read = (name: string): unknown => JSON.parse(readFileSync(join(import.meta.dirname, 'corpus', name), 'utf8'))
const ATTACKS = ['agent-output', 'git', 'path', 'injection']
const cases = ['bad-inputs.json', 'state.json', 'language.json', 'safety.json'].flatMap((name) => (read(name) as { cases: Case[] }).cases).filter(({ kind }) => ATTACKS.includes(kind))
const { controls, without } = read('controls.json') as { controls: Record<string, string>; without: Record<string, string> }

afterAll(removeFolders)

/** Whether the same thing, without us between, has the effect that must not be: a script that succeeds when it has. */
async function isAlive(test: Case, control: string): Promise<boolean> {
  const dir = buildCase(test)
  const value = test.args.find((arg) => arg.startsWith('x='))?.slice(2) ?? ''
  const own = Object.entries(test.env ?? {}).flatMap(([name, text]) => (text === null ? [] : [[name, fill(text, dir)]]))
  const env = { ...smallEnv(dir), ...Object.fromEntries(own) as Record<string, string>, X: value }
  try {
    await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', control], { cwd: dir, env, timeout: 30_000 })
    return true
  } catch {
    return false
  }
}

describe.concurrent('what the corpus brings, on unprotected code', () => {
  for (const test of cases.filter(({ id }) => Object.hasOwn(controls, id))) {
    const needsRoot = test.id === 'safe-out-fork-bomb' || test.id === 'git-foreign-owner'
    const reason = needsRoot && process.getuid?.() !== 0 ? ' (skipped: needs root)' : ''
    it.skipIf(reason !== '')(`has its effect: ${test.id}: ${test.describe}${reason}`, async () => {
      expect(await isAlive(test, controls[test.id] ?? 'false')).toBe(true)
    })
  }
})

describe('the list of controls', () => {
  it('has each attack of the corpus, or why there is nothing to show', () => {
    expect([...Object.keys(controls), ...Object.keys(without)].toSorted()).toEqual(cases.map(({ id }) => id).toSorted())
  })

  it('tells when an attack has no effect', async () => {
    const folder = folderWith({})
    expect(await isAlive({ ...(cases[0] as Case), files: {}, git: false, cwd: folder }, 'test -e pwned')).toBe(false)
  })
})
