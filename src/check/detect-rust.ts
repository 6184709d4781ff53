import type { Detected, DetectedKind, Project } from './detected.ts'

const FILE = 'Cargo.toml'

/** Cargo's own commands. */
export async function detectRust(project: Project): Promise<Map<DetectedKind, Detected>> {
  if (!(await project.has(FILE))) return new Map()
  return new Map<DetectedKind, Detected>([
    ['types', { script: 'cargo check', from: FILE, report: undefined }],
    ['lint', { script: 'cargo clippy', from: FILE, report: undefined }],
    ['tests', { script: 'cargo test', from: FILE, report: undefined }],
  ])
}
