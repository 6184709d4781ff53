import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { open } from 'node:fs/promises'

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

/** Makes a named pipe; `said` resolves with what its first writer writes. */
export function pipeAt(path: string): { readonly path: string; said(): Promise<string> } {
  execFileSync('mkfifo', [path])
  return {
    path,
    async said() {
      const file = await open(path, 'r')
      try {
        return (await file.readFile()).toString('utf8')
      } finally {
        await file.close()
      }
    },
  }
}
