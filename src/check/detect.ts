import { join } from 'node:path'
import type { Files } from '../base/ports.ts'
import { PortError } from '../base/ports.ts'
import { detectGo } from './detect-go.ts'
import { detectNode } from './detect-node.ts'
import { detectPython } from './detect-python.ts'
import { detectRust } from './detect-rust.ts'
import type { Detected, DetectedKind, Detector, Project } from './detected.ts'

/** The first that knows a kind of check wins. */
const DETECTORS: readonly Detector[] = [detectNode, detectPython, detectGo, detectRust]

/** How a project checks its types, lints and tests, by the files that its tools keep in `root`. Runs nothing. */
export async function detectChecks(files: Files, root: string): Promise<Map<DetectedKind, Detected>> {
  const project = createProject(files, root)
  const found = new Map<DetectedKind, Detected>()
  for (const detect of DETECTORS) {
    for (const [kind, detected] of await detect(project)) if (!found.has(kind)) found.set(kind, detected)
  }
  return found
}

function createProject(files: Files, root: string): Project {
  return {
    has: async (name) => (await files.stat(join(root, name))) !== undefined,
    read: async (name) => {
      try {
        return await files.read(join(root, name))
      } catch (error) {
        if (error instanceof PortError) return undefined
        throw error
      }
    },
  }
}
