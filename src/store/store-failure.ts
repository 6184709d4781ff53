import type { OwnerId } from '../base/ports.ts'

/** Why a run or the whole state folder cannot be used. The message is one sentence for people. */
export type StoreFailure =
  | { readonly code: 'state-folder'; readonly message: string }
  | { readonly code: 'run-id-invalid'; readonly message: string }
  | { readonly code: 'run-exists'; readonly message: string }
  | { readonly code: 'run-unknown'; readonly message: string }
  | { readonly code: 'run-owned'; readonly message: string; readonly owner: OwnerId }
  | { readonly code: 'journal-damaged'; readonly message: string; readonly line: number }
