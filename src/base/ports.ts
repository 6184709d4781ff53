import type { Duplex } from 'node:stream'

/**
 * All that we may do to the world, on one page. `host` makes these real; every other room is handed what it needs.
 * A port method rejects only with a `PortError`, so that a room can tell a full disk from a bug.
 */
export interface Ports {
  readonly files: Files
  readonly processes: Processes
  readonly git: Git
  readonly http: Http
  readonly sockets: Sockets
  readonly servers: HttpServers
  readonly pages: Pages
  readonly clock: Clock
  readonly random: Random
  readonly patterns: Patterns
  readonly owners: Owners
}

/** An operation that the system refused: `code` is the errno name (`ENOSPC`), `subject` the path or program. */
export class PortError extends Error {
  override readonly name = 'PortError'
  readonly code: string
  readonly subject: string

  constructor(code: string, subject: string, message: string) {
    super(message)
    this.code = code
    this.subject = subject
  }
}

export interface Files {
  read(path: string): Promise<string>
  /** The whole file, its first `limit` bytes, or what comes after the first `from`. */
  readBytes(path: string, limit?: number, from?: number): Promise<Buffer>
  /** What a link says. */
  readLink(path: string): Promise<string>
  /** The SHA-256 of a file of any size, links followed, in lower-case hexadecimal digits. */
  digest(path: string): Promise<string>
  /**
   * Writes the whole file so that a crash leaves the old or the new text: temporary file, fsync, rename, fsync of the folder. The
   * temporary file lies in `via`, or beside the file where that is on another disk.
   */
  replace(path: string, text: string, mode?: number, via?: string): Promise<void>
  /** Plain write, not durable: for what can be made again. */
  write(path: string, data: string | Uint8Array, mode?: number): Promise<void>
  append(path: string): Promise<Appender>
  makeFolder(path: string, mode?: number): Promise<void>
  /** Removes a file or a whole folder; nothing there is no error. Never follows links. */
  remove(path: string): Promise<void>
  rename(from: string, to: string): Promise<void>
  link(target: string, path: string): Promise<void>
  copy(from: string, to: string): Promise<void>
  /** Facts about the entry itself, links not followed; undefined when there is none. */
  stat(path: string): Promise<Stat | undefined>
  list(folder: string): Promise<Entry[]>
  /** The path with every link resolved; undefined when it does not exist. */
  real(path: string): Promise<string | undefined>
  /**
   * Gives an entry to a user and a group, and with it all that lies below; links themselves, not what they point to, and no file
   * that has a second name, since that one may lie elsewhere. Only for root.
   */
  own(path: string, owner: Owner, depth: 'entry' | 'tree'): Promise<void>
  /** Creates a file that must not exist yet; false when it does. Durable. */
  createExclusive(path: string, text: string): Promise<boolean>
  /** Resolves when what was made and removed in a folder would survive a power cut. */
  syncFolder(path: string): Promise<void>
}

/** Numbers of a user and of a group. */
export interface Owner {
  readonly uid: number
  readonly gid: number
}

export type EntryKind = 'file' | 'folder' | 'link' | 'other'

export interface Entry {
  readonly name: string
  readonly kind: EntryKind
}

export interface Stat {
  readonly kind: EntryKind
  readonly size: number
  readonly mode: number
  readonly modifiedMs: number
  readonly links: number
}

/** An open file that only grows. */
export interface Appender {
  write(text: string): Promise<void>
  /** Resolves when everything written so far would survive a power cut. */
  sync(): Promise<void>
  close(): Promise<void>
}

export interface Processes {
  /** Starts a program in a process group of its own. Its output comes in chunks, split anywhere. */
  start(command: Command): Promise<Child>
  /** Where a program lies on the PATH (or itself, if it is a path); undefined when it is not there. */
  find(program: string, path?: string): Promise<string | undefined>
}

export interface Command {
  readonly argv: readonly [string, ...string[]]
  readonly cwd: string
  /** The whole environment of the child: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>
  readonly input?: string
  /** Told, once it has started, of its input, which then stays open until somebody ends it; in place of `input`. */
  readonly onInput?: (input: ChildInput) => void
  readonly onStdout?: (chunk: Buffer) => void
  readonly onStderr?: (chunk: Buffer) => void
}

/** What a child reads: what is written after its end goes nowhere, and is no error. */
export interface ChildInput {
  write(this: void, text: string): void
  end(this: void): void
}

export interface Child {
  readonly pid: number
  readonly ended: Promise<ChildEnd>
  /** Asks the whole process tree to stop, and kills what is left after the grace; resolves when nothing of it lives. */
  stop(graceMs: number): Promise<void>
}

export interface ChildEnd {
  /** Null when a signal ended it. */
  readonly exitCode: number | null
  readonly signal: string | null
}

export interface Git {
  /** Runs git with exactly this environment; never a pager, a prompt or a hook. Output as bytes. */
  run(call: GitCall): Promise<GitAnswer>
  /** What a folder's repository is, asked without touching its index; undefined when the folder is in none. */
  inspect(folder: string): Promise<Repository | undefined>
  /** Undefined when there is no git on the PATH. */
  version(): Promise<string | undefined>
}

export interface Repository {
  /** Top of the checkout, links resolved. */
  readonly root: string
  /** The `.git` folder that holds objects and refs, shared by all worktrees of the repository. */
  readonly commonDir: string
  /** Where this checkout's own HEAD and index are. */
  readonly gitDir: string
  readonly objectFormat: 'sha1' | 'sha256'
  /** Undefined before the first commit. */
  readonly head: string | undefined
  /** Undefined when HEAD is detached. */
  readonly branch: string | undefined
}

export interface GitCall {
  readonly args: readonly string[]
  readonly cwd: string
  /** GIT_DIR, GIT_INDEX_FILE and the like; the caller's own GIT_* variables are never inherited. */
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string | Uint8Array
}

export interface GitAnswer {
  readonly exitCode: number
  readonly stdout: Buffer
  readonly stderr: string
}

export interface Http {
  /** The platform's fetch; providers hand it to their SDKs. */
  readonly fetch: typeof globalThis.fetch
}

/** Pages of the web, one request each. */
export interface Pages {
  /** Sends one GET to an address that was looked at, and follows no redirect. Rejects with a `PortError` when there is no answer in time. */
  get(order: PageOrder): Promise<Page>
}

export interface PageOrder {
  readonly url: string
  /** Where the host of the URL lies: it is not looked up again. */
  readonly address: string
  readonly timeoutMs: number
  readonly maxBytes: number
  readonly signal: AbortSignal
}

export interface Page {
  readonly status: number
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  /** There was more than was wanted. */
  readonly isCut: boolean
}

/** Connections of the sandbox: bytes in both directions, nothing of HTTP or TLS. */
export interface Sockets {
  /** Listens on a Unix socket, which any user may connect to that can reach its folder, or on a port (0: a free one) of one address. */
  listen(at: SocketAddress, accept: (connection: Duplex) => void): Promise<Listener>
  /** Rejects with a `PortError` when nobody answers there. */
  connect(to: SocketAddress): Promise<Duplex>
  /** The addresses of a host as the system knows them, at least one; rejects with a `PortError` of code `ENOTFOUND`. */
  resolve(host: string): Promise<readonly string[]>
}

export type SocketAddress = { readonly path: string } | { readonly host: string; readonly port: number }

export interface Listener {
  /** The port, where it listens on one. */
  readonly port: number
  /** Ends it and every connection that came to it. */
  close(): Promise<void>
}

/** Our own end of HTTP, on connections that came to a listener or out of a sandbox. */
export interface HttpServers {
  create(answer: HttpAnswer): Promise<HttpServer>
}

/**
 * One request. Its `signal` is aborted when the asker goes away, and bodies stream in and out; an answer that rejects closes the
 * connection.
 */
export type HttpAnswer = (request: Request) => Promise<Response>

export interface HttpServer {
  accept(this: void, connection: Duplex): void
  /** Breaks off all that is under way, and every connection. */
  close(): Promise<void>
}

export interface Clock {
  /** Milliseconds since 1970, for stamps. */
  now(): number
  /** Monotonic milliseconds, for durations. */
  elapsed(): number
  /** Calls back once, also for delays longer than a timer of the platform can hold; the answer cancels it. */
  after(ms: number, callback: () => void): () => void
}

export interface Random {
  /** Lower-case hexadecimal digits, two for each byte. */
  hex(bytes: number): string
  /** Uniform in [0, 1). */
  fraction(): number
}

/**
 * Regular expressions that strangers wrote: matched away from our thread, and given up when their time is over, since some
 * backtrack without end. A pattern or flags that do not compile reject with a `PortError` of code `EINVAL`.
 */
export interface Patterns {
  test(pattern: string, flags: string, text: string, timeoutMs: number): Promise<'match' | 'no-match' | 'timeout'>
  /** For each text the numbers of its lines that match, from 1; lines end with LF or CRLF, which are no part of them. */
  matchLines(
    pattern: string,
    flags: string,
    texts: readonly string[],
    timeoutMs: number,
  ): Promise<readonly (readonly number[])[] | 'timeout'>
}

/** Who owns a thing that outlives processes, such as the folder of a run. */
export interface Owners {
  /** This process. */
  self(): OwnerId
  /** False only when that process is surely gone; one that cannot be looked at (another container) counts as alive. */
  alive(owner: OwnerId): boolean
  /** Asks a process to stop, as SIGTERM does; false when it cannot be reached from here: it is gone, foreign or on another machine. */
  askToStop(owner: OwnerId): boolean
}

/** One process among all that ever ran; empty texts where the system tells nothing. */
export interface OwnerId {
  readonly pid: number
  /** When it started: a number that is given twice belongs to two processes. */
  readonly started: string
  /** The start of the machine. */
  readonly boot: string
  /** The machine, and the space in which the number counts. */
  readonly host: string
  /** The mark that everything bears which it started; absent where there is none. */
  readonly tree?: string
}
