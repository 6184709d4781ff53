import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import type { OwnerId, Owners } from '../base/ports.ts'
import { readProcess } from './processes-table.ts'

/**
 * Processes of this machine as owners; on systems without `/proc` a number that is given twice goes unnoticed. `tree` is the
 * mark that this process gives to all that it starts.
 */
export function createOwners(tree?: string): Owners {
  let self: OwnerId | undefined
  return {
    self: () => (self ??= { pid: process.pid, started: readProcess(process.pid)?.started ?? '', boot: bootId(), host: hostId(), ...(tree === undefined ? {} : { tree }) }),
    alive,
    askToStop: (owner) => owner.host === hostId() && alive(owner) && wasSent(owner.pid),
  }
}

function wasSent(pid: number): boolean {
  try {
    process.kill(pid, 'SIGTERM')
    return true
  } catch {
    return false
  }
}

/** State lies on a local disk: whoever wrote there before the machine was started is gone. */
function alive(owner: OwnerId): boolean {
  const boot = bootId()
  if (boot !== '' && owner.boot !== '' && boot !== owner.boot) return false
  if (owner.host !== hostId()) return true
  const answer = signalled(owner.pid)
  if (answer !== 'ours') return answer === 'foreign'
  if (owner.started === '') return true
  return readProcess(owner.pid)?.started === owner.started
}

/** Foreign processes may be hidden from the process table, but not from this question. */
function signalled(pid: number): 'ours' | 'foreign' | 'none' {
  try {
    process.kill(pid, 0)
    return 'ours'
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM' ? 'foreign' : 'none'
  }
}

function bootId(): string {
  return quietly(() => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim())
}

function hostId(): string {
  const space = quietly(() => readlinkSync('/proc/self/ns/pid'))
  return space === '' ? hostname() : `${hostname()} ${space}`
}

function quietly(read: () => string): string {
  try {
    return read()
  } catch {
    return ''
  }
}
