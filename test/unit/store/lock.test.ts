import { describe, expect, it } from 'vitest'
import type { OwnerId } from '../../../src/base/ports.ts'
import { acquireLock, lockHolder } from '../../../src/store/lock.ts'
import type { LockPorts } from '../../../src/store/lock.ts'

const owner = (pid: number): OwnerId => ({ pid, started: '1', boot: 'b', host: 'h' })

/** A disk and a machine: every operation yields, so that several owners interleave. */
function machine(): { ports(pid: number): LockPorts; disk: Map<string, string>; dead: Set<number>; onCall: (name: string, pid: number) => Promise<void> } {
  const disk = new Map<string, string>()
  const dead = new Set<number>()
  const world = {
    disk,
    dead,
    onCall: async (_name: string, _pid: number): Promise<void> => {},
    ports: (pid: number): LockPorts => ({
      owners: { askToStop: () => false, self: () => owner(pid), alive: (asked) => !dead.has(asked.pid) },
      files: {
        read: async (path) => {
          await world.onCall('read', pid)
          const text = disk.get(path)
          if (text !== undefined) return text
          const { PortError } = await import('../../../src/base/ports.ts')
          throw new PortError('ENOENT', path, 'none')
        },
        remove: async (path) => { await world.onCall('remove', pid); disk.delete(path) },
        createExclusive: async (path, text) => {
          await world.onCall('create', pid)
          if (disk.has(path)) return false
          disk.set(path, text)
          return true
        },
      },
    }),
  }
  return world
}

describe('a lock', () => {
  it('has one owner, who is told to the others, until it is released', async () => {
    const world = machine()
    const first = await acquireLock(world.ports(1), 'lock')
    expect(await acquireLock(world.ports(2), 'lock')).toEqual({ ok: false, error: owner(1) })
    expect(await lockHolder(world.ports(2), 'lock')).toEqual(owner(1))
    if (first.ok) await first.value.release()
    expect([world.disk.size, (await acquireLock(world.ports(2), 'lock')).ok]).toEqual([0, true])
  })

  it('is taken over when its owner is gone, and leaves no guard', async () => {
    const world = machine()
    await acquireLock(world.ports(1), 'lock')
    world.dead.add(1)
    expect(await lockHolder(world.ports(2), 'lock')).toBeUndefined()
    expect((await acquireLock(world.ports(2), 'lock')).ok).toBe(true)
    expect([...world.disk]).toEqual([['lock', JSON.stringify(owner(2))]])
  })

  it.each(['', 'null', '{"pid":0,"started":"","boot":"","host":""}', '{"pid":"1"}', '[]'])('that nobody can have written (%s) is nobody\'s', async (text) => {
    const world = machine()
    world.disk.set('lock', text)
    expect((await acquireLock(world.ports(2), 'lock')).ok).toBe(true)
  })

  it('is not given back by one who lost it', async () => {
    const world = machine()
    const first = await acquireLock(world.ports(1), 'lock')
    world.disk.set('lock', JSON.stringify(owner(2)))
    if (first.ok) await first.value.release()
    expect(world.disk.get('lock')).toBe(JSON.stringify(owner(2)))
  })

  it('has at most one living owner in every interleaving of stealers, some of which die midway', async () => {
    for (let seed = 1; seed <= 400; seed += 1) await scramble(seed)
  })
})

/** Five processes want a lock of a dead one; each may die at any of its operations. Dead ones stay where they are for ever. */
async function scramble(seed: number): Promise<void> {
  const world = machine()
  let state = seed * 2_654_435_761
  const chance = (): number => ((state = (state * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648)
  await acquireLock(world.ports(99), 'lock')
  world.dead.add(99)
  const waiting: (() => void)[] = []
  world.onCall = async (_name, pid) => {
    await new Promise<void>((resolve) => waiting.push(resolve))
    if (!world.dead.has(pid) && chance() < 0.08) world.dead.add(pid)
    if (world.dead.has(pid)) await new Promise<never>(() => {})
  }
  const owners = new Set<number>()
  let ended = 0
  for (const pid of [1, 2, 3, 4, 5]) {
    void acquireLock(world.ports(pid), 'lock').then((result) => {
      ended += 1
      if (result.ok) owners.add(pid)
      expect([...owners].filter((one) => !world.dead.has(one)).length).toBeLessThanOrEqual(1)
    })
  }
  for (let quiet = 0; quiet < 5;) {
    await new Promise((resolve) => setImmediate(resolve))
    const next = waiting.splice(Math.floor(chance() * waiting.length), 1)[0]
    quiet = next ? 0 : quiet + 1
    next?.()
  }
  expect(ended + [1, 2, 3, 4, 5].filter((pid) => world.dead.has(pid) && !owners.has(pid)).length).toBeGreaterThanOrEqual(5)
  expect([...owners].filter((one) => !world.dead.has(one)).length).toBeLessThanOrEqual(1)
}
