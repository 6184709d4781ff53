import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { readSnapshot, snapshotText } from '../../../src/store/snapshot.ts'
import { record, runOf, STORY } from './sample.ts'

const run = runOf('r1', record(STORY))
const text = snapshotText(run)

describe('a snapshot', () => {
  it('begins with what a list of runs needs', () => {
    expect(text.slice(0, text.indexOf(',"sha256"'))).toBe(
      `{"version":1,"seq":${STORY.length},"head":{"id":"r1","status":"failed","exitCode":1,"pipeline":"fix-and-prove","file":"ci/pipeline.yml",` +
      `"startedAt":${run.startedAt},"finishedAt":${run.finishedAt},"resumes":0,"cost":"223400000001"}`,
    )
  })

  it('holds the whole run: maps and sets as lists, money as text', () => {
    const saved = readSnapshot(text)
    if (!saved.ok) throw new Error(saved.error.message)
    expect(Object.keys(saved.value).sort()).toEqual(Object.keys(run).sort())
    expect([saved.value.budget, saved.value.nodes.map((node) => [node.id, node.cost]), saved.value.calls.map((call) => [call.hold, call.cost]), saved.value.frontier]).toEqual([
      '5000000000000',
      [['implement', '123400000001'], ['test(os=linux)', '0'], ['test(os=mac)', '0'], ['ship', '0']],
      [['900000000000', '123400000001'], ['100000000000', null]],
      ['later'],
    ])
  })

  it('is not believed when a single digit was changed', () => {
    expect(readSnapshot(text.replace('"resumes":0,"again"', '"resumes":1,"again"'))).toEqual({ ok: false, error: { message: 'the snapshot is damaged: its digest does not fit', isNewer: false } })
    expect(readSnapshot(text.replace(`"seq":${STORY.length},"head"`, '"seq":3,"head"'))).toEqual({ ok: false, error: { message: 'the snapshot is damaged: its digest does not fit', isNewer: false } })
  })

  it('is not read when it is torn, of another version, or something else', () => {
    expect(['', text.slice(0, -20), 'null', '[]', '{"version":1}'].map((other) => readSnapshot(other).ok)).toEqual([false, false, false, false, false])
    const body = '{}'
    const other = `{"version":2,"sha256":"${createHash('sha256').update(body).digest('hex')}","run":${body}}`
    expect(readSnapshot(other)).toEqual({ ok: false, error: { message: 'the snapshot\'s `version` is 2, this program reads 1', isNewer: true } })
  })
})
