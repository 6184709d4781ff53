import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { MEASURED } from '../rig/measured.ts'
import { folderWith, removeFolders } from '../rig/program.ts'
import { failures, runFor, statuses } from '../rig/report.ts'

afterAll(removeFolders)

/** Debian's libfaketime: shows our process another time of the day, and leaves it the time since the machine was started. */
const LIBRARY = ['x86_64', 'aarch64'].map((machine) => `/usr/lib/${machine}-linux-gnu/faketime/libfaketime.so.1`).find((path) => existsSync(path))

function shifting(folder: string): Record<string, string> {
  return { LD_PRELOAD: LIBRARY ?? '', FAKETIME_TIMESTAMP_FILE: join(folder, 'clock'), FAKETIME_NO_CACHE: '1', FAKETIME_DONT_FAKE_MONOTONIC: '1' }
}

describe.skipIf(LIBRARY === undefined)('a clock that is set while a run goes on (needs libfaketime)', () => {
  it.each(['+3600', '-3600'])('neither ends a step early nor lets one go on, and no duration tells of it: %s s', MEASURED, async (shift) => {
    const folder = folderWith({ clock: '+0', 'p.yml': `
steps:
  patient: { timeout: 10m, run: 'echo "${shift}" > clock; sleep 0.3' }
  stuck: { needs: patient, timeout: 300ms, run: 'echo "+0" > clock; mkfifo never; cat never' }
` })
    const { report, ended } = await runFor(1, folder, ['p.yml'], { env: shifting(folder) })
    expect(statuses(report)).toEqual({ patient: 'passed', stuck: 'failed' })
    expect(failures(report)).toEqual({ stuck: 'timeout: it did not end within its timeout' })
    expect(ended.ms).toBeLessThan(10_000)
    const durations = [report.run.duration_ms, ...report.steps.map(({ duration_ms }) => duration_ms)]
    expect(durations.filter((ms) => !(ms >= 0 && ms < 10_000))).toEqual([])
  })
})
