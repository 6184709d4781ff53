import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { factsOf, readGithub } from '../../../src/cli/facts.ts'
import { Stop } from '../../../src/cli/stop.ts'
import { createFiles } from '../../../src/host/files.ts'
import { folderWith, removeFolders } from '../../rig/program.ts'

afterAll(removeFolders)

const READINESS = { repository: undefined, base: null, checks: new Map(), childChecks: new Map() }

describe('the facts of a run', () => {
  it('hold nothing of GitHub outside of it', async () => {
    expect(factsOf(await readGithub(createFiles(), { GITHUB_SHA: 'abc' }), READINESS, { task: 'x' }, { KEY: 'k' })).toEqual({
      inputs: { task: 'x' }, secrets: { KEY: 'k' }, github: {}, git: { sha: '', branch: '', base: '' },
    })
  })

  it('hold the job and its event inside', async () => {
    const cwd = folderWith({ 'event.json': '{"issue":{"title":"T"}}' })
    const env = { GITHUB_EVENT_PATH: join(cwd, 'event.json'), GITHUB_EVENT_NAME: 'issues', GITHUB_SHA: 'abc', OTHER: 'x' }
    expect(await readGithub(createFiles(), env)).toEqual({ event_name: 'issues', sha: 'abc', event: { issue: { title: 'T' } } })
  })

  it.each([['no JSON', '{'], ['no mapping', '[1]'], ['missing', undefined]])('refuse an event file that is broken: %s', async (_what, text) => {
    const cwd = folderWith(text === undefined ? {} : { 'event.json': text })
    const refused = await readGithub(createFiles(), { GITHUB_EVENT_PATH: join(cwd, 'event.json') }).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(Stop)
    expect((refused as Stop).exitCode).toBe(2)
    expect((refused as Stop).message).toContain('GITHUB_EVENT_PATH')
  })
})
