import { PortError } from '../base/ports.ts'
import { type Result, err, ok } from '../base/result.ts'
import { plainText, shownList } from './shown.ts'
import type { WorkspaceFailure } from './workspace.ts'

/** Runs what may meet a refusal of git or of the disk, and turns that into data; bugs go through. */
export async function failing<T, Failure = never>(act: () => Promise<Result<T, WorkspaceFailure | Failure>>): Promise<Result<T, WorkspaceFailure | Failure>> {
  try {
    return await act()
  } catch (error) {
    if (!(error instanceof PortError)) throw error
    return gitFailed(error.message)
  }
}

export async function failingValue<T>(act: () => Promise<T>): Promise<Result<T, WorkspaceFailure>> {
  return failing(async () => ok(await act()))
}

export function gitFailed(message: string): { readonly ok: false; readonly error: WorkspaceFailure } {
  return err({ code: 'git-failed', message: plainText(message) })
}

export function refused(message: string, files: readonly string[]): { readonly ok: false; readonly error: WorkspaceFailure } {
  return err({ code: 'refused', message, files })
}

export function leaked(files: readonly string[]): { readonly ok: false; readonly error: WorkspaceFailure } {
  return err({ code: 'secret-leaked', message: `a secret stands in what was changed, and nothing of it is kept: ${shownList(files)}`, files })
}
