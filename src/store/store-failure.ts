import type { OwnerId } from '../base/ports.ts'

/**
 * Why a run or the whole state folder cannot be used. The message is one sentence for people. `isHidden`: its owner
 * is of another machine or container, so nobody here can tell whether it lives.
 */
export type StoreFailure =
  | { readonly code: 'state-folder'; readonly message: string }
  | { readonly code: 'run-id-invalid'; readonly message: string }
  | { readonly code: 'run-exists'; readonly message: string }
  | { readonly code: 'run-unknown'; readonly message: string }
  | { readonly code: 'run-owned'; readonly message: string; readonly owner: OwnerId; readonly lock: string; readonly isHidden: boolean }
  | { readonly code: 'journal-damaged'; readonly message: string; readonly run: string; readonly line: number }
  /** A later version of this program wrote it; `field` is where that shows. */
  | { readonly code: 'run-newer'; readonly message: string; readonly field: string }
