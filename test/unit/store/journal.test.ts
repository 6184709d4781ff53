import { describe, expect, it } from 'vitest'
import { PortError } from '../../../src/base/ports.ts'
import type { Appender } from '../../../src/base/ports.ts'
import { Journal } from '../../../src/store/journal.ts'
import { journalLine } from '../../../src/store/journal-text.ts'
import { begin, passed, record } from './sample.ts'

function paper(failOn?: 'write' | 'sync'): Appender & { readonly calls: string[] } {
  const calls: string[] = []
  const call = async (name: string, text = ''): Promise<void> => {
    calls.push(name + text)
    if (name === failOn) throw new PortError('ENOSPC', 'journal', 'full')
  }
  return { calls, write: async (text) => call('write', text), sync: async () => call('sync'), close: async () => call('close') }
}

describe('a journal', () => {
  it('writes a batch at once and flushes it once', async () => {
    const file = paper()
    const events = record([begin('a'), passed('a')], 8)
    await new Journal(file, 7).append(events)
    expect(file.calls).toEqual([`write${events.map(journalLine).join('')}`, 'sync'])
  })

  it('refuses an event that does not follow the last one', async () => {
    const journal = new Journal(paper(), 7)
    await expect(journal.append(record([begin('a')], 9))).rejects.toThrow('event 9 instead of 8')
  })

  it('writes nothing more after a flush that failed', async () => {
    const file = paper('sync')
    const journal = new Journal(file, 0)
    await expect(journal.append(record([begin('a')]))).rejects.toBeInstanceOf(PortError)
    await expect(journal.append(record([begin('a')], 2))).rejects.toThrow('earlier write failed')
    expect(file.calls.length).toBe(2)
  })
})
