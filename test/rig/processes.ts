import { execFileSync } from 'node:child_process'
import { constants, existsSync, openSync, readFileSync, writeSync } from 'node:fs'
import { Socket } from 'node:net'

/** Those of the processes that live; one that ended and that nobody reaped does not. */
export function living(pids: readonly number[]): number[] {
  return pids.filter((pid) => {
    try {
      if (process.platform === 'linux') return !/^[ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'latin1').replace(/^.*\) /s, ''))
      return process.kill(pid, 0)
    } catch {
      return false
    }
  })
}

/** Numbers of processes as a script wrote them into a file, one a line; none where there is no file. */
export function pidsIn(path: string): number[] {
  return existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n').filter((line) => line !== '').map(Number) : []
}

/**
 * Makes a named pipe: `said` resolves with the first words that a script writes into it, `tell` is what a script reads from it.
 * Nobody waits for the other end to be opened, so that a script that never comes so far holds up nothing but its own test.
 */
export function pipeAt(path: string): { readonly path: string; said(): Promise<string>; tell(text: string): void } {
  execFileSync('mkfifo', [path])
  const held = openSync(path, constants.O_RDWR | constants.O_NONBLOCK)
  return {
    path,
    said: async () => new Promise((resolve) => {
      const socket = new Socket({ fd: openSync(path, constants.O_RDWR | constants.O_NONBLOCK), readable: true, writable: false })
      socket.once('data', (chunk) => {
        socket.destroy()
        resolve(chunk.toString('utf8'))
      })
    }),
    tell: (text) => void writeSync(held, text),
  }
}
