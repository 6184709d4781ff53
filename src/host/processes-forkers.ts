import { existsSync } from 'node:fs'
import type { Command } from '../base/ports.ts'
import { Forker } from './processes-forker.ts'
import type { Forked } from './processes-forker.ts'
import { prctlNumber } from './processes-forker-program.ts'

/** Not from the PATH: a wrapper of some version manager would cost more than all that is saved. */
const PERL = '/usr/bin/perl'

/** Programs that were started the ordinary way before the first forker pays. */
const ORDINARY_STARTS = 6

/** More children than this at once start the ordinary way. */
const MOST_FORKERS = 8

export interface ForkerSettings {
  /** How many programs are started the ordinary way before a forker is; Infinity for never. */
  readonly ordinaryStarts?: number
}

/** A command that runs, and the forker that it was started by. */
export interface ForkedBy extends Forked {
  readonly forker: Forker
}

/** Forkers, started as they are needed and used again. */
export interface Forkers {
  /** Undefined when a command is to be started the ordinary way. `environment` is its whole environment. */
  start(command: Command, environment: Readonly<Record<string, string>>): Promise<ForkedBy | undefined>
}

/** `leaders` are told the pids of the forkers that live: each leads a group of its own. */
export function createForkers({ ordinaryStarts = ORDINARY_STARTS }: ForkerSettings, leaders: Set<number>): Forkers {
  const prctl = prctlNumber(process.platform, process.arch)
  const idle: Forker[] = []
  let living = 0
  let left = ordinaryStarts
  let hasFailed = false

  const acquire = async (environment: Readonly<Record<string, string>>): Promise<Forker | undefined> => {
    for (let forker = idle.pop(); forker; forker = idle.pop()) if (forker.isUsable) return forker
    if (hasFailed || prctl === undefined || living >= MOST_FORKERS) return undefined
    const forker = existsSync(PERL) ? new Forker(PERL, prctl, environment) : undefined
    const pid = forker?.process.pid
    if (pid !== undefined) {
      living += 1
      leaders.add(pid)
      forker?.process.once('exit', () => {
        living -= 1
        leaders.delete(pid)
      })
    }
    if (await forker?.ready()) return forker
    hasFailed = true
    return undefined
  }

  return {
    async start(command, environment) {
      left -= 1
      if (left >= 0 || !isFit(command)) return undefined
      const forker = await acquire(environment)
      const forked = await forker?.run(command, environment)
      if (!forker) return undefined
      if (!forked) {
        idle.push(forker)
        return undefined
      }
      const ended = forked.ended.then((end) => {
        if (end.left === 'nothing') idle.push(forker)
        return end
      })
      return { pid: forked.pid, ended, forker }
    },
  }
}

/** Without input, with both outputs wanted, and with a folder that means the same to every process. */
function isFit({ input, onInput, onStdout, onStderr, cwd }: Command): boolean {
  return input === undefined && onInput === undefined && onStdout !== undefined && onStderr !== undefined && cwd.startsWith('/')
}
