import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Clock } from '../../../src/base/ports.ts'
import { PortError } from '../../../src/base/ports.ts'
import { createClock } from '../../../src/host/clock.ts'
import { createDayBook } from '../../../src/store/day-book.ts'
import type { DayBookPorts, FileDayBook } from '../../../src/store/day-book.ts'
import { newPlace, portsOf } from './place.ts'

const DAY = '2026-11-21'

function bookAt(place: string, pid = 1, more: Partial<DayBookPorts> = {}, dead: ReadonlySet<number> = new Set()): FileDayBook {
  return createDayBook({ ...portsOf(pid, dead), clock: createClock(), ...more }, join(place, 'days'))
}

function textOf(place: string): string {
  return readFileSync(join(place, 'days', `${DAY}.ndjson`), 'utf8')
}

describe('the book of a day', () => {
  it('lets one process at a time decide by all that was written before, and is never passed', async () => {
    const place = newPlace()
    const books = [1, 2, 3].map((pid) => bookAt(place, pid))
    let inside = 0
    const added = await Promise.all(books.flatMap((book, process) => Array.from({ length: 20 }, async (_, call) => {
      let isIn = false
      await book.update(DAY, (text) => {
        inside += 1
        expect(inside).toBe(1)
        isIn = text.split('\n').length <= 30
        inside -= 1
        return isIn ? `${process}.${call}\n` : ''
      })
      return isIn ? [`${process}.${call}`] : []
    })))
    const lines = textOf(place).trimEnd().split('\n')
    expect(lines.length).toBe(30)
    expect(lines.toSorted()).toEqual(added.flat().toSorted())
    await expect.poll(() => existsSync(join(place, 'days', `${DAY}.ndjson.lock`))).toBe(false)
  })

  it('is for its owner only, is not made for nothing, and keeps each day apart', async () => {
    const place = newPlace()
    const book = bookAt(place)
    await book.update(DAY, (text) => text)
    expect(existsSync(join(place, 'days', `${DAY}.ndjson`))).toBe(false)
    expect(statSync(join(place, 'days')).mode & 0o777).toBe(0o700)
    await book.append(DAY, 'one\n')
    await book.append('2026-11-22', 'two\n')
    await book.update(DAY, (text) => `after ${text}`)
    expect(textOf(place)).toBe('one\nafter one\n')
  })

  it('takes over from a process that died while it wrote', async () => {
    const place = newPlace()
    const book = bookAt(place, 2, {}, new Set([1]))
    await book.append(DAY, 'half a li')
    writeFileSync(join(place, 'days', `${DAY}.ndjson.lock`), JSON.stringify(portsOf(1).owners.self()))
    await book.update(DAY, (text) => `\n${text.length}\n`)
    expect(textOf(place)).toBe('half a li\n9\n')
  })

  it('gives up after a minute where another process does not let go, and says which', async () => {
    const place = newPlace()
    let elapsed = 0
    const clock: Clock = { now: () => 0, elapsed: () => elapsed, after: (_ms, callback) => {
      elapsed += 10_000
      setImmediate(callback)
      return () => {}
    } }
    const book = bookAt(place, 2, { clock })
    await book.append(DAY, 'one\n')
    writeFileSync(join(place, 'days', `${DAY}.ndjson.lock`), JSON.stringify(portsOf(1).owners.self()))
    await expect(Promise.all([1, 2].map(async () => book.update(DAY, () => 'two\n')))).rejects.toThrow(/^the process 1 holds .* and does not let go/)
    expect([elapsed, textOf(place)]).toEqual([70_000, 'one\n'])
  })

  it('that cannot be written fails all who wait for it, and serves those who come later', async () => {
    const place = newPlace()
    const { files } = portsOf(1)
    let isFull = true
    const book = bookAt(place, 1, { files: { ...files, append: async (path) => {
      if (isFull) throw new PortError('ENOSPC', path, 'no space left')
      return files.append(path)
    } } })
    const ends = await Promise.allSettled([book.update(DAY, () => 'one\n'), book.update(DAY, () => 'two\n'), book.append(DAY, 'three\n')])
    expect(ends.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
    isFull = false
    await book.update(DAY, (text) => `${text}four\n`)
    expect(textOf(place)).toBe('four\n')
    await expect.poll(() => existsSync(join(place, 'days', `${DAY}.ndjson.lock`))).toBe(false)
  })
})
