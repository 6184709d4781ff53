import type { Result } from '../base/result.ts'

/** Where a delivery goes that leaves this machine, as far as steps need it. An error is a sentence without its subject's step. */
export interface Forge {
  /** Moves a branch of the forge's repository forward to a commit, or makes it. */
  push(branch: string, commit: string): Promise<Result<void, string>>
  pullRequest(order: PullRequest): Promise<Result<Placed & { readonly number: number }, string>>
  /** On the issue or pull request that set the run off; `mark` tells the comment from all others. */
  comment(text: string, mark: string): Promise<Result<Placed & { readonly target: string }, string>>
}

export interface PullRequest {
  readonly head: string
  readonly base: string
  readonly title: string
  readonly body: string
  readonly draft: boolean
  readonly labels: readonly string[]
}

export interface Placed {
  readonly url: string
  /** It was there, and said the same. */
  readonly already: boolean
}
