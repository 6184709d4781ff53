import { describe, expect, it } from 'vitest'
import { Inbox } from '../../../src/base/inbox.ts'

describe('an inbox', () => {
  it('gives all that has come, in order, once', async () => {
    const inbox = new Inbox<number>()
    inbox.put(1)
    inbox.put(2)
    expect(await inbox.take()).toEqual([1, 2])
    inbox.put(3)
    expect(await inbox.take()).toEqual([3])
  })

  it('lets its reader wait for the first item', async () => {
    const inbox = new Inbox<string>()
    const taken = inbox.take()
    inbox.put('a')
    inbox.put('b')
    expect(await taken).toEqual(['a', 'b'])
  })

  it('wakes its reader again and again, and loses nothing between', async () => {
    const inbox = new Inbox<number>()
    const seen: number[] = []
    const reader = (async () => {
      while (seen.length < 100) seen.push(...(await inbox.take()))
    })()
    for (let item = 0; item < 100; item += 1) {
      inbox.put(item)
      if (item % 3 === 0) await Promise.resolve()
    }
    await reader
    expect(seen).toEqual(Array.from({ length: 100 }, (_, index) => index))
  })
})
