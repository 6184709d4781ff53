import type { Detected, DetectedKind, Project } from './detected.ts'

const FILE = 'go.mod'

/** What every Go installation brings: `go vet` compiles all packages, so it judges types too. */
export async function detectGo(project: Project): Promise<Map<DetectedKind, Detected>> {
  if (!(await project.has(FILE))) return new Map()
  const vet = { script: 'go vet ./...', from: FILE, report: undefined }
  return new Map<DetectedKind, Detected>([
    ['types', vet],
    ['lint', vet],
    ['tests', { script: 'go test ./...', from: FILE, report: undefined }],
  ])
}
