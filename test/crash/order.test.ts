import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { folderWith, removeFolders } from '../rig/program.ts'
import type { Report } from '../rig/report.ts'
import { journalOf, launch, newScene } from './scene.ts'

afterAll(removeFolders)

describe.skipIf(spawnSync('strace', ['-V']).status !== 0)('what is durable before what (needs strace)', () => {
  it('is the folder before the journal, an event before the script that it starts, and a reservation before the call is sent', async () => {
    const scene = await newScene()
    const trace = join(folderWith({}), 'trace')
    const under = ['strace', '-f', '-y', '-s', '200', '-o', trace, '-e', 'trace=fsync,fdatasync,write,execve,sendto,writev']
    const ended = await launch(scene, { args: ['p.yml', '--run-id', 'r1', '--ui', 'silent'], under, env: { UV_USE_IO_URING: '0' } })
    await scene.provider.close()
    expect(ended.code, ended.stderr).toBe(0)
    const runs = join(scene.state, 'runs')
    const marks = readFileSync(trace, 'utf8').split('\n').flatMap((line): string[] => {
      if (line.includes(`fsync(`) && line.includes(`<${runs}>`)) return ['folder of runs']
      if (line.includes('fsync(') && line.includes(`<${runs}/r1>`)) return ['folder of the run']
      if (line.includes('write(') && line.includes('journal.ndjson>')) return [/\\"type\\":\\"([a-z-]+)\\"/.exec(line)?.[1] ?? 'event']
      if (line.includes('fdatasync(') && line.includes('journal.ndjson>')) return ['flush']
      if (line.includes('POST /v1/messages')) return ['call']
      return line.includes('execve(') && line.includes('echo first >>') ? ['script'] : []
    })
    const first = (mark: string): number => marks.indexOf(mark)
    expect(first('folder of runs')).toBeGreaterThanOrEqual(0)
    expect([first('folder of runs') < first('flush'), first('folder of the run') < first('flush')]).toEqual([true, true])
    // Nothing that was written and not flushed lies before a script or a call.
    const acts = marks.flatMap((mark, index) => (mark === 'script' || mark === 'call' ? [marks.slice(0, index).findLast((one) => !one.startsWith('folder') && one !== 'script' && one !== 'call')] : []))
    expect([acts.length >= 3, new Set(acts)]).toEqual([true, new Set(['flush'])])
    // One flush for all that is written at once.
    expect(marks.filter((mark) => mark === 'flush').length).toBeLessThan(journalOf(scene.state).length)
  })
})

describe('the same pipeline with the same answers', () => {
  it('gives the same report, but for times, names and places', async () => {
    const plain = async (): Promise<unknown> => {
      const scene = await newScene()
      const ended = await launch(scene, { args: ['p.yml', '--run-id', 'r1', '--json'] })
      await scene.provider.close()
      const report = JSON.parse(ended.stdout) as Report
      return JSON.parse(JSON.stringify(report, (key, value: unknown) => {
        if (key.endsWith('_ms') || key.endsWith('_at') || key === 'at') return 0
        return typeof value === 'string' ? value.replace(/^[0-9a-f]{40}$/, 'sha') : value
      }))
    }
    expect(await plain()).toEqual(await plain())
  })
})
