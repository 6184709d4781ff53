import { appendFileSync, existsSync, mkdirSync, readFileSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Result } from '../../../src/base/result.ts'
import { openStore } from '../../../src/store/open-store.ts'
import type { RunFolder, Store } from '../../../src/store/store.ts'
import type { StoreFailure } from '../../../src/store/store-failure.ts'
import { newPlace, portsOf, storeAt } from './place.ts'
import { begin, record, runOf, started, step, STORY } from './sample.ts'

const events = record(STORY)

function valueOf<T>(result: Result<T, StoreFailure>): T {
  if (!result.ok) throw new Error(result.error.message)
  return result.value
}

/** A finished run as it is left on the disk. */
async function finishedRun(store: Store): Promise<RunFolder> {
  const folder = valueOf(await store.createRun('r1', 'steps: {}\n'))
  await folder.journal.append(events.slice(0, 4))
  await folder.journal.append(events.slice(4))
  await folder.saveSnapshot(runOf('r1', events))
  await folder.close()
  return folder
}

describe('the state folder', () => {
  it('is made with the first run, for its owner alone, and ignored by git', async () => {
    const place = newPlace()
    const store = await storeAt(place)
    expect(existsSync(store.path)).toBe(false)
    await valueOf(await store.createRun('r1', 'x')).close()
    expect([statSync(store.path).mode & 0o777, readdirSync(store.path), readFileSync(join(store.path, '.gitignore'), 'utf8')]).toEqual([0o700, ['.gitignore', 'runs'], '*\n'])
  })

  it('may be a link to a folder, but no file', async () => {
    const place = newPlace()
    mkdirSync(join(place, 'real'))
    writeFileSync(join(place, 'file'), 'x')
    symlinkSync('real', join(place, 'link'))
    expect((await openStore(portsOf(1), join(place, 'link'))).ok).toBe(true)
    expect(await openStore(portsOf(1), join(place, 'file'))).toEqual({
      ok: false, error: { code: 'state-folder', message: `the state folder \`${join(place, 'file')}\` cannot be used: it is no folder` },
    })
  })

  it('that cannot be written is told so', async () => {
    const store = valueOf(await openStore(portsOf(1), '/proc/state'))
    expect(await store.createRun('r1', 'x')).toMatchObject({ ok: false, error: { code: 'state-folder' } })
  })
})

describe('a run folder', () => {
  it('is laid out as the contract says', async () => {
    const store = await storeAt(newPlace())
    const folder = valueOf(await store.createRun('r1', 'steps: {}\n'))
    const log = await folder.log('test(os=Ubuntu)', 1, 'stdout.log')
    expect(await folder.log('test(os=Ubuntu)', 1, 'stdout.log')).toBe(log)
    await log.write('hello\n')
    await folder.keep('test(os=Ubuntu)', 1, 'change.patch', 'diff')
    await folder.journal.append(events)
    await folder.saveSnapshot(runOf('r1', events))
    await folder.saveReport('{}\n')
    await folder.close()
    expect(readdirSync(join(store.path, 'runs'))).toEqual(['r1'])
    expect(readdirSync(folder.path, { recursive: true, encoding: 'utf8' }).toSorted((a, b) => (a < b ? -1 : 1))).toEqual([
      'journal.ndjson', 'pipeline.yml', 'report.json', 'snapshot.json', 'steps', 'steps/test(os=Ubuntu)~6012837975de', 'steps/test(os=Ubuntu)~6012837975de/1',
      'steps/test(os=Ubuntu)~6012837975de/1/change.patch', 'steps/test(os=Ubuntu)~6012837975de/1/stdout.log',
    ])
    expect([await folder.pipeline(), readFileSync(join(folder.attemptPath('test(os=Ubuntu)', 1), 'stdout.log'), 'utf8')]).toEqual(['steps: {}\n', 'hello\n'])
  })

  it('is refused to a name that is no good, and to one that is taken', async () => {
    const store = await storeAt(newPlace())
    await finishedRun(store)
    expect(await store.createRun('r1', 'x')).toEqual({ ok: false, error: { code: 'run-exists', message: 'there is a run `r1` already' } })
    expect(await store.createRun('../r2', 'x')).toMatchObject({ ok: false, error: { code: 'run-id-invalid' } })
    expect(readdirSync(join(store.path, 'runs'))).toEqual(['r1'])
  })

  it('opens a log again after it was closed', async () => {
    const folder = valueOf(await (await storeAt(newPlace())).createRun('r1', 'x'))
    for (const text of ['a', 'b']) {
      const log = await folder.log('n', 2, 'stderr.log')
      await log.write(text)
      await log.close()
    }
    expect(readFileSync(join(folder.attemptPath('n', 2), 'stderr.log'), 'utf8')).toBe('ab')
    await folder.close()
  })
})

describe('opening a run', () => {
  it('gives the run that its events make, and appends behind them', async () => {
    const store = await storeAt(newPlace())
    await finishedRun(store)
    const { run, warnings, folder } = valueOf(await store.openRun('r1'))
    expect([run, warnings]).toEqual([runOf('r1', events), []])
    const more = record([{ type: 'run-resumed', plan: [], keep: [], base: null, budget: null }], events.length + 1)
    await folder.journal.append(more)
    await folder.close()
    expect(valueOf(await store.readRun('r1')).run).toEqual(runOf('r1', [...events, ...more]))
  })

  it('drops a torn last line for good before anything is appended', async () => {
    const store = await storeAt(newPlace())
    const { path } = await finishedRun(store)
    const before = readFileSync(join(path, 'journal.ndjson'), 'utf8')
    appendFileSync(join(path, 'journal.ndjson'), '{"seq":9999,"at":"2026-')
    const { run, warnings, folder } = valueOf(await store.openRun('r1'))
    await folder.close()
    expect([run.seq, warnings, readFileSync(join(path, 'journal.ndjson'), 'utf8')]).toEqual([events.length, ['the last line of the journal was torn and is dropped'], before])
  })

  it('refuses a journal that is damaged or has a gap, leaves it as it is and gives the run back', async () => {
    const store = await storeAt(newPlace())
    const { path } = await finishedRun(store)
    const lines = readFileSync(join(path, 'journal.ndjson'), 'utf8').split('\n')
    for (const broken of [lines.with(1, '{"seq":'), lines.toSpliced(1, 1)]) {
      writeFileSync(join(path, 'journal.ndjson'), broken.join('\n'))
      const refusal = await store.openRun('r1')
      expect(refusal).toMatchObject({ ok: false, error: { code: 'journal-damaged', line: 2, message: expect.stringContaining('line 2 of the journal') as string } })
      expect(readFileSync(join(path, 'journal.ndjson'), 'utf8')).toBe(broken.join('\n'))
    }
    expect(existsSync(`${path}.lock`)).toBe(false)
  })

  it('builds a snapshot again that is damaged or does not fit, and says so', async () => {
    const store = await storeAt(newPlace())
    const { path } = await finishedRun(store)
    writeFileSync(join(path, 'snapshot.json'), '{"version":1,')
    expect(valueOf(await store.readRun('r1'))).toEqual({ run: runOf('r1', events), warnings: ['the snapshot is damaged; it is built again from the journal'], reading: expect.anything() as object })
    const forged = runOf('r1', events)
    Object.assign(forged.nodes.get('ship') ?? {}, { status: 'passed' })
    const folder = valueOf(await store.openRun('r1')).folder
    await folder.saveSnapshot(forged)
    await folder.close()
    const read = valueOf(await store.readRun('r1'))
    expect([read.run.nodes.get('ship')?.status, read.warnings]).toEqual(['skipped', ['the snapshot does not fit the journal; it is built again from it']])
  })

  it('is refused while another process owns the run, and allowed when that is gone', async () => {
    const place = newPlace()
    const dead = new Set<number>()
    const folder = valueOf(await (await storeAt(place, portsOf(1))).createRun('r1', 'x'))
    await folder.journal.append(record([started([step('a')]), begin('a')]))
    const other = await storeAt(place, portsOf(2, dead))
    expect(await other.openRun('r1')).toMatchObject({ ok: false, error: { code: 'run-owned', owner: { pid: 1 }, message: 'the run `r1` is owned by process 1, which is at work on it' } })
    expect(valueOf(await other.readRun('r1')).run.running).toEqual(new Set(['a']))
    dead.add(1)
    await valueOf(await other.openRun('r1')).folder.close()
  })

  it('knows no run that is not there, or never began', async () => {
    const store = await storeAt(newPlace())
    await valueOf(await store.createRun('empty', 'x')).close()
    const codes = await Promise.all(['none', '../runs/empty', 'empty', '\u001b[2J'].map(async (id) => store.openRun(id)))
    expect(codes.map((result) => (result.ok ? 'opened' : result.error.message))).toEqual([
      'there is no run `none` in the state folder', 'there is no run `..?runs?empty` in the state folder', 'there is no run `empty` in the state folder',
      'there is no run `??2J` in the state folder',
    ])
    expect(existsSync(join(store.path, 'runs/none.lock'))).toBe(false)
  })

  it('removes what a killed owner left half written', async () => {
    const store = await storeAt(newPlace())
    const { path } = await finishedRun(store)
    writeFileSync(join(path, 'snapshot.json.tmp.0123456789ab'), 'half')
    await valueOf(await store.openRun('r1')).folder.close()
    expect(readdirSync(path)).toEqual(['journal.ndjson', 'pipeline.yml', 'snapshot.json'])
  })

  it('loses nothing that follows a start: every beginning of the events is read back as its run', async () => {
    const store = await storeAt(newPlace())
    const folder = valueOf(await store.createRun('r1', 'x'))
    for (const [index, event] of events.entries()) {
      await folder.journal.append([event])
      expect(valueOf(await store.readRun('r1')).run).toEqual(runOf('r1', events.slice(0, index + 1)))
    }
    await folder.close()
  })
})
