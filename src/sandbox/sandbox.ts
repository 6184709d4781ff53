import type { Duplex } from 'node:stream'
import type { Owner, Processes } from '../base/ports.ts'
import type { Result } from '../base/result.ts'

/**
 * How well commands of an agent are locked in. `sandbox`: another user than root, namespaces of their own, no network but the
 * egress proxy and services. `namespace`: the same without any network. `process`: an environment by allow-list, no more.
 */
export type Isolation = 'sandbox' | 'namespace' | 'process'

/** `auto`: a sandbox where there is one. `require`: nothing else will do. `off`: none. */
export type SandboxMode = 'auto' | 'require' | 'off'

/** All sandboxes of a run. */
export interface Sandboxes {
  /** Whether a sandbox holds here: asked of a real one, once. */
  readiness(): Promise<Readiness>
  /** An error, as a sentence, when what was asked for cannot be had; never less than that. */
  open(cell: Cell): Promise<Result<Sandbox, string>>
  /** Removes what all of them have left. */
  close(): Promise<void>
}

export type Readiness = { readonly ok: true } | { readonly ok: false; readonly reason: string; readonly help: string }

/** What is locked in, and what is left open to it. */
export interface Cell {
  readonly mode: SandboxMode
  /** The worktree: with temporary folders and a home of its own all that can be written. */
  readonly root: string
  /** Further paths that can be seen, read-only; those that do not exist are left out. */
  readonly visible: readonly string[]
  /** Hosts that can be reached, by HTTPS and through the proxy alone: exact names in lower case. */
  readonly allowHosts: readonly string[]
  /** What can be reached at a port of 127.0.0.1 inside. */
  readonly services: readonly Service[]
  /** Told of every connection that was refused, as one line. */
  readonly denied: (line: string) => void
}

/** Something outside that answers connections from inside, such as a proxy that adds keys. */
export interface Service {
  readonly name: string
  /** Takes over a connection: a socket's two directions of bytes, for example for `http.Server.emit('connection', …)`. */
  readonly accept: (connection: Duplex) => void
}

export interface Sandbox {
  readonly isolation: Isolation
  /** Why it is no `sandbox`, in words; undefined where it is one or none was wanted. */
  readonly lack: string | undefined
  /**
   * Starts programs inside: they die with the command that started them. The environment is the command's own, without the
   * proxies of this machine, and with those variables that lead to the egress proxy.
   */
  readonly processes: Processes
  /** The user that commands run as, when it is not ours: what they shall change must be given to it. */
  readonly owner: Owner | undefined
  /** The port on 127.0.0.1 at which a service is reached, also where there is no sandbox. */
  port(service: string): number
  close(): Promise<void>
}
