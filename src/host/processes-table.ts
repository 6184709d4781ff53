import { existsSync, readFileSync, readdirSync } from 'node:fs'

/** One living process as Linux tells it. `started` makes a pid that was given twice another process. */
export interface ProcessEntry {
  readonly pid: number
  readonly parent: number
  readonly group: number
  readonly started: string
}

/** Every living process; undefined where the system has no `/proc` of Linux. */
export function listProcesses(): ProcessEntry[] | undefined {
  const pids = listPids()
  return pids?.flatMap((pid) => readProcess(pid) ?? [])
}

/** Undefined when it has ended: a zombie has, whoever fails to reap it. */
export function readProcess(pid: number): ProcessEntry | undefined {
  const text = readQuietly(`/proc/${pid}/stat`)
  if (text === undefined) return undefined
  // The program's name stands in parentheses and may hold any character, so the fields are counted from the last one.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const [state, parent, group] = fields
  if (state === 'Z' || state === 'X') return undefined
  return { pid, parent: Number(parent), group: Number(group), started: fields[19] ?? '' }
}

/** Cheaper than reading what is not there. */
export function mayLive(pid: number): boolean {
  return existsSync(`/proc/${pid}`)
}

/** The value of a variable in the environment that a process was started with; undefined when it has none or may not be read. */
export function readVariable(pid: number, name: string): string | undefined {
  const environment = readQuietly(`/proc/${pid}/environ`)
  const prefix = `${name}=`
  return environment?.split('\0').find((pair) => pair.startsWith(prefix))?.slice(prefix.length)
}

/** The pid that was given last, on the whole system; undefined where that is not told. */
export function readLastPid(): number | undefined {
  const pid = Number(readQuietly('/proc/loadavg')?.split(' ').at(-1))
  return Number.isInteger(pid) && pid > 0 ? pid : undefined
}

/** Every pid that lives; undefined where the system has no `/proc` of Linux. */
export function listPids(): number[] | undefined {
  if (process.platform !== 'linux') return undefined
  try {
    return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []))
  } catch {
    return undefined
  }
}

/** A process may end at any moment, and others' may not be read: both are no news. */
function readQuietly(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return undefined
  }
}
