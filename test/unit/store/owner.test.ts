import { spawn } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { createOwners } from '../../../src/host/owner.ts'

const owners = createOwners()
const self = owners.self()

describe('the owner of something', () => {
  it('is this process, which is alive', () => {
    expect([self.pid, owners.alive(self), owners.self()]).toEqual([process.pid, true, self])
  })

  it('is gone when its process has ended', async () => {
    const child = spawn('true')
    const pid = child.pid ?? 0
    await new Promise((resolve) => child.once('exit', resolve))
    expect(owners.alive({ ...self, pid })).toBe(false)
  })

  it('is gone when its number belongs to another process now, or the machine was started since', () => {
    expect(owners.alive({ ...self, started: '1' })).toBe(process.platform !== 'linux')
    expect(owners.alive({ ...self, boot: 'another' })).toBe(self.boot === '')
  })

  it('is taken for alive where it cannot be looked at', () => {
    expect(owners.alive({ ...self, host: 'elsewhere', pid: 999_999_999 })).toBe(true)
  })
})
