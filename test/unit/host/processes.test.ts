import { spawn } from 'node:child_process'
import { describe, expect, it, vi } from 'vitest'
import { createClock } from '../../../src/host/clock.ts'
import { createHttp } from '../../../src/host/http.ts'
import { listProcesses, readLastPid, readProcess, readVariable } from '../../../src/host/processes-table.ts'
import { createRandom } from '../../../src/host/random.ts'

describe.runIf(process.platform === 'linux')('the table of processes', () => {
  it('knows this process and its parent', () => {
    const self = readProcess(process.pid)
    expect(self).toMatchObject({ pid: process.pid, parent: process.ppid })
    expect(listProcesses()).toContainEqual(self)
  })

  it('reads a program whose name looks like the end of a name', async () => {
    const child = spawn('bash', ['-c', 'exec -a x sleep 100'], { env: { PATH: process.env['PATH'], MARK: ') Z 1 2' }, detached: true })
    await new Promise((resolve) => child.once('spawn', resolve))
    expect(readProcess(child.pid ?? 0)).toMatchObject({ pid: child.pid, parent: process.pid, group: child.pid })
    expect(readVariable(child.pid ?? 0, 'MARK')).toBe(') Z 1 2')
    expect(readVariable(child.pid ?? 0, 'MAR')).toBeUndefined()
    expect(readLastPid()).toBeGreaterThan(0)
    child.kill('SIGKILL')
    await new Promise((resolve) => child.once('exit', resolve))
    expect(readProcess(child.pid ?? 0)).toBeUndefined()
  })
})

describe('the clock', () => {
  it('calls back after a delay that no timer of the platform holds, and not before', () => {
    vi.useFakeTimers()
    try {
      const called = vi.fn<() => void>()
      const month = 40 * 86_400_000
      createClock().after(month, called)
      vi.advanceTimersByTime(month - 1)
      expect(called).not.toHaveBeenCalled()
      vi.advanceTimersByTime(1)
      // The rest of a millisecond is waited for in turns of the loop, in which this clock stands still.
      vi.advanceTimersByTime(1)
      expect(called).toHaveBeenCalledTimes(1)
    } finally {
      vi.useRealTimers()
    }
  })

  it('does not call back what was cancelled, however late', () => {
    vi.useFakeTimers()
    try {
      const called = vi.fn<() => void>()
      const cancel = createClock().after(2 ** 32, called)
      vi.advanceTimersByTime(2 ** 31)
      cancel()
      vi.advanceTimersByTime(2 ** 33)
      expect(called).not.toHaveBeenCalled()
    } finally {
      vi.useRealTimers()
    }
  })

  it('tells the time in milliseconds since 1970 and never goes back while it measures', () => {
    const clock = createClock()
    expect(Math.abs(clock.now() - Date.now())).toBeLessThan(1000)
    const first = clock.elapsed()
    expect(clock.elapsed()).toBeGreaterThanOrEqual(first)
  })
})

describe('chance', () => {
  it('gives two hexadecimal digits for each byte and fractions below one', () => {
    const random = createRandom()
    expect(random.hex(8)).toMatch(/^[0-9a-f]{16}$/)
    expect(random.hex(8)).not.toBe(random.hex(8))
    expect(random.fraction()).toBeGreaterThanOrEqual(0)
    expect(random.fraction()).toBeLessThan(1)
  })
})

describe('http', () => {
  it('is the platform`s own fetch', async () => {
    const answer = await createHttp().fetch('data:text/plain,hello')
    expect(await answer.text()).toBe('hello')
  })
})
