import { utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { RunEvent } from '../../../src/run/event.ts'
import type { RunSummary } from '../../../src/store/run-summary.ts'
import type { RunFolder, Store } from '../../../src/store/store.ts'
import { newPlace, portsOf, storeAt } from './place.ts'
import { begin, record, runOf, START, started, step, STORY } from './sample.ts'

async function make(store: Store, id: string, story: readonly RunEvent[], shiftMs: number): Promise<RunFolder> {
  const created = await store.createRun(id, 'x')
  if (!created.ok) throw new Error(created.error.message)
  const events = record(story).map((event) => Object.assign({}, event, { at: event.at + shiftMs }))
  await created.value.journal.append(events)
  await created.value.saveSnapshot(runOf(id, events))
  return created.value
}

const summary = (id: string, status: RunSummary['status'], startedAt: number, extra: Partial<RunSummary> = {}): RunSummary => ({
  id, status, exitCode: null, pipeline: 'fix-and-prove', file: 'ci/pipeline.yml', startedAt, finishedAt: null, resumes: 0, cost: 0n, ...extra,
})

const OPEN: readonly RunEvent[] = [started([step('a')]), begin('a')]

describe('the list of runs', () => {
  it('is empty where nothing ever ran', async () => {
    expect(await (await storeAt(newPlace())).listRuns()).toEqual([])
  })

  it('tells the newest first, who is at work, who was interrupted and what cannot be read', async () => {
    const place = newPlace()
    const dead = new Set<number>()
    const store = await storeAt(place, portsOf(1, dead))
    await (await make(store, 'finished', STORY, 0)).close()
    await (await make(store, 'killed', OPEN, 10_000)).close()
    await make(await storeAt(place, portsOf(2)), 'owned', OPEN, 20_000)
    const broken = await make(store, 'broken', OPEN, 30_000)
    await broken.close()
    writeFileSync(join(broken.path, 'journal.ndjson'), '{}\n{}\n')
    expect(await store.listRuns()).toEqual([
      summary('owned', 'running', START + 20_000),
      summary('killed', 'interrupted', START + 10_000),
      summary('finished', 'failed', START, { exitCode: 1, finishedAt: START + (STORY.length - 1) * 1000, cost: 223_400_000_001n }),
      summary('broken', 'damaged', 0, { pipeline: '', file: '' }),
    ])
  })

  it('believes the journal where it went on after the snapshot', async () => {
    const store = await storeAt(newPlace())
    const folder = await make(store, 'r1', STORY, 0)
    await folder.journal.append(record([{ type: 'run-resumed', plan: [], keep: [], base: null, budget: null }], STORY.length + 1))
    utimesSync(join(folder.path, 'snapshot.json'), 1, 1)
    await folder.close()
    expect(await store.listRuns()).toMatchObject([{ id: 'r1', status: 'interrupted', resumes: 1 }])
  })

  it('reads no more than the head of a snapshot of a finished run', async () => {
    const store = await storeAt(newPlace())
    const folder = await make(store, 'r1', STORY, 0)
    await folder.close()
    writeFileSync(join(folder.path, 'journal.ndjson'), 'not read')
    utimesSync(join(folder.path, 'journal.ndjson'), 1, 1)
    expect(await store.listRuns()).toMatchObject([{ id: 'r1', status: 'failed' }])
  })
})
