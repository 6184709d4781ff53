import type { Result } from '../base/result.ts'

/** What the agents of one run keep for each other and for themselves. An error is a sentence to the model. */
export interface AgentMemory {
  /** `ttl`: seconds until it is forgotten; undefined: it stays for the run. */
  store(key: string, value: string, scope: 'shared' | 'private', ttl: number | undefined): Result<void, string>
  /** Its own before what all share. */
  retrieve(key: string): string | undefined
  search(query: string): readonly { readonly key: string; readonly value: string; readonly scope: 'shared' | 'private' }[]
  /** Whether there was one. */
  delete(key: string): boolean
}

export interface AgentMail {
  /** Resolves when it cannot be lost any more. */
  send(to: string, text: string): Promise<Result<void, string>>
  /** Those that it has not read yet. */
  read(): readonly { readonly from: string; readonly text: string }[]
}
