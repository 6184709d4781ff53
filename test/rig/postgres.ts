import { execFileSync } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const INSTALLED = '/usr/lib/postgresql'

/** Where the programs of PostgreSQL lie, which Debian keeps off the PATH. */
const bin = existsSync(INSTALLED) ? readdirSync(INSTALLED).map((version) => join(INSTALLED, version, 'bin')).find((path) => existsSync(join(path, 'initdb'))) : undefined

/** Why no database can be had here; undefined where one can. */
export const noPostgres = bin === undefined ? 'needs PostgreSQL' : undefined

/** It refuses to run as root. */
const NOBODY = 65534

export interface Database {
  /** Of its owner, over the loopback. */
  readonly url: string
  sql(text: string): string
  stop(): void
}

/** A database of its own in a new folder, at this port. */
export function startPostgres(port: number): Database {
  const folder = mkdtempSync(join(tmpdir(), 'orch-run-database-'))
  if (process.getuid?.() === 0) chownSync(folder, NOBODY, NOBODY)
  const run = (program: string, ...args: string[]): string => {
    const who = process.getuid?.() === 0 ? ['setpriv', '--reuid', String(NOBODY), '--regid', String(NOBODY), '--clear-groups'] : []
    const [first = '', ...rest] = [...who, join(bin ?? '', program), ...args]
    return execFileSync(first, rest, { cwd: folder, env: { PATH: process.env.PATH, LC_ALL: 'C' }, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  }
  const data = join(folder, 'data')
  run('initdb', '--pgdata', data, '--username', 'owner', '--auth', 'trust', '--no-sync', '--no-locale', '--encoding', 'UTF8')
  run('pg_ctl', '--pgdata', data, '--wait', '--log', join(folder, 'log'), '--options', `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off`, 'start')
  const url = `postgresql://owner@127.0.0.1:${port}/postgres`
  return {
    url,
    sql: (text) => run('psql', '--no-psqlrc', '--tuples-only', '--no-align', '--dbname', url, '--command', text).trim(),
    stop() {
      run('pg_ctl', '--pgdata', data, '--mode', 'immediate', 'stop')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
