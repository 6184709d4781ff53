import type { Conflict } from '../base/conflict.ts'
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
  /** Brings changes together without laying anything out; what the policy answers for `Failure` comes back as it is. */
  merge<Failure = never>(order: MergeOrder<Failure>): Promise<Result<Merged, WorkspaceFailure | Failure>>
  /** One commit of a tree that was made from these commits, by the runner; its parents are those that no other of them holds. */
  seal(tree: string, commits: readonly string[], text: CommitText): Promise<Result<string, WorkspaceFailure>>
  /** Contents of files in a tree or commit, in the order of the paths; undefined where there is none. */
  contents(tree: string, paths: readonly string[]): Promise<readonly (Buffer | undefined)[]>
  /** Paths that differ between two commits or trees, relative to the repository's top, sorted. */
  changes(from: string, to: string): Promise<readonly string[]>
  /** The state of a workspace as a tree, and as a commit where it differs from the base. Runs nothing that is in the workspace. */
  collect(workspace: Workspace, commit: CommitText): Promise<Result<Collected, WorkspaceFailure>>
  /** Lays the files of any tree, as that of what was collected before: files that checks wrote are gone, ignored ones (caches) stay. */
  restore(workspace: Workspace, tree: string): Promise<Result<void, WorkspaceFailure>>
  /** Gives the tree to the user that its tenant runs as, until it is released. Only for root. */
  lend(workspace: Workspace, tenant: Owner): Promise<Result<void, WorkspaceFailure>>
  /**
   * Unified diff from the base to a commit: for people; `whole`, with binary files, as `git apply` takes it; or no more than what
   * was `added`, every file as text.
   */
  patch(from: string, to: string, form?: 'readable' | 'whole' | 'added'): Promise<string>
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

/** Changes to be merged, and who made them. */
export interface Side {
  readonly commit: string
  /** What people call it: the node that made it. */
  readonly name: string
}

export interface MergeOrder<Failure = never> {
  /** The first comes first: it is `ours` for the second, both are for the third. */
  readonly sides: readonly Side[]
  /**
   * What becomes of contradictions. `ours` keeps what came earlier in the order, `theirs` what came later: of texts the lines in
   * question, of anything else the whole file or its absence. A function is asked for the tree that is to stand instead.
   */
  readonly policy: 'fail' | 'ours' | 'theirs' | ((knot: Knot) => Promise<Result<string, Failure>>)
  /** For one commit of the runner over all sides; left out: a commit for each two, as an implicit merge makes them. */
  readonly text?: () => CommitText
}

export interface Merged {
  /** That of a side where it holds all the others. */
  readonly commit: string
  /** Contradictions that the policy decided. */
  readonly conflicts: readonly Conflict[]
}

/** A contradiction of two changes for whoever is to resolve it. */
export interface Knot {
  /** With conflict markers in texts; of anything else the side that git left there. */
  readonly tree: string
  readonly conflicts: readonly Conflict[]
  readonly commits: { readonly base: string; readonly ours: string; readonly theirs: string }
  /** What is merged already, in its order. */
  readonly sides: readonly Side[]
  readonly side: Side
  /** Files that lie beside their own place, since something else is there; none of them may stay. */
  readonly aside: readonly string[]
  /** The versions of the files in question that are plain files. */
  readonly files: readonly KnotFile[]
}

export interface KnotFile {
  readonly path: string
  readonly side: 'base' | 'ours' | 'theirs'
  readonly content: Buffer
  /** Whether the file stands in the tree with conflict markers. */
  readonly hasMarkers: boolean
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
  | { readonly code: 'merge-conflict'; readonly message: string; readonly files: readonly string[]; readonly conflicts: readonly Conflict[] }
  | { readonly code: 'git-failed'; readonly message: string }
  /** A link out of the tree, a name that git cannot keep, or more than a change may hold. */
  | { readonly code: 'refused'; readonly message: string; readonly files: readonly string[] }
  | { readonly code: 'secret-leaked'; readonly message: string; readonly files: readonly string[] }
