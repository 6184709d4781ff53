import { type Files, PortError } from '../base/ports.ts'

const ATTEMPTS = 5

/** Removes a folder in which a tenant closed folders or goes on writing: what was there before is gone at the end, or it rejects. */
export async function clearFolder(files: Files, folder: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await files.remove(folder)
      return
    } catch (error) {
      if (!(error instanceof PortError) || attempt === ATTEMPTS) throw error
    }
  }
}
