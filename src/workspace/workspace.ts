import type { Owner } from '../base/ports.ts'
import type { Result } from '../base/result.ts'

/** A folder of files at one commit, where a step may write. */
export interface Workspace {
  /** Top of the tree. */
  readonly root: string
  /** Where commands start: the folder below `root` that the program was started in. */
  readonly cwd: string
  /** The commit that the tree was laid from. */
  readonly base: string
  /** Paths outside of the tree that it leads to: the objects that its own git reads, and what its links share with the checkout. */
  readonly sources: readonly string[]
}

/** All worktrees of a run. They are private: no branch, index, ref or configuration of the user's repository is reachable from one. */
export interface Workspaces {
  /**
   * A clean tree of the base with the commits merged into it in their order; waits for nothing, makes a new slot when none is free.
   * Nothing of a former tenant is left. Linked and copied paths are there; running `workspace.setup` is the caller's business.
   */
  acquire(commits: readonly string[]): Promise<Result<Workspace, WorkspaceFailure>>
  /** The state of a workspace as a tree, and as a commit where it differs from the base. Runs nothing that is in the workspace. */
  collect(workspace: Workspace, commit: CommitText): Promise<Result<Collected, WorkspaceFailure>>
  /** Puts the tree back to what was collected: files that checks wrote are gone, ignored ones (caches) stay. */
  restore(workspace: Workspace, tree: string): Promise<Result<void, WorkspaceFailure>>
  /** Gives the tree to the user that its tenant runs as, until it is released. Only for root. */
  lend(workspace: Workspace, tenant: Owner): Promise<Result<void, WorkspaceFailure>>
  /**
   * Unified diff from the base to a commit: for people; `whole`, with binary files, as `git apply` takes it; or no more than what
   * was `added`, every file as text.
   */
  patch(from: string, to: string, form?: 'readable' | 'whole' | 'added'): Promise<string>
  /** One commit that holds all these, merged in their order; laid out nowhere. */
  combine(commits: readonly string[]): Promise<Result<string, WorkspaceFailure>>
  /** The tree of a commit. */
  treeOf(commit: string): Promise<string>
  /** A digest of the files of a commit but these. */
  digest(commit: string, without: readonly string[]): Promise<string>
  /** A commit of a tree that the repository holds already, on another. */
  commit(tree: string, parent: string, text: CommitText): Promise<string>
  /** Makes a branch of the user's repository for a commit, or moves it forward to it, by compare and swap. */
  publish(branch: string, commit: string): Promise<Result<Published, WorkspaceFailure>>
  /** Gives a slot back to the pool. */
  release(workspace: Workspace): Promise<void>
  /** What changed in the user's checkout since the run began, not by us: an agent that left its worktree. */
  trespasses(): Promise<readonly string[]>
  /** Keeps a commit from git's garbage collection under `refs/orch-run/<run>/<name>`. */
  pin(name: string, commit: string): Promise<void>
  /** Removes every worktree of the run. */
  close(): Promise<void>
}

export interface CommitText {
  readonly message: string
  /** Name and value of each trailer, in order. */
  readonly trailers: readonly (readonly [string, string])[]
}

export interface Collected {
  readonly tree: string
  /** Null when nothing was changed. */
  readonly commit: string | null
  /** Changed paths relative to the repository's top, sorted. */
  readonly files: readonly string[]
}

/** Of a branch; `there`: it was at that commit already. */
export type Published = 'made' | 'moved' | 'there'

export type WorkspaceFailure =
  | { readonly code: 'merge-conflict'; readonly message: string; readonly files: readonly string[] }
  | { readonly code: 'git-failed'; readonly message: string }
  /** A link out of the tree, or a name that git cannot keep. */
  | { readonly code: 'refused'; readonly message: string; readonly files: readonly string[] }
