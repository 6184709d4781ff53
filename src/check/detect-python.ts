import type { Detected, DetectedKind, Project } from './detected.ts'

const FILE = 'pyproject.toml'

const TOOLS: readonly (readonly [tool: string, kind: DetectedKind, script: string])[] = [
  ['mypy', 'types', 'mypy .'],
  ['pyright', 'types', 'pyright'],
  ['ruff', 'lint', 'ruff check .'],
  ['pytest', 'tests', 'pytest'],
]

/** The tools that have a table in pyproject.toml. */
export async function detectPython(project: Project): Promise<Map<DetectedKind, Detected>> {
  const found = new Map<DetectedKind, Detected>()
  const tools = toolTables((await project.read(FILE)) ?? '')
  for (const [tool, kind, script] of TOOLS) {
    if (tools.has(tool) && !found.has(kind)) found.set(kind, { script, from: FILE, report: undefined })
  }
  return found
}

/** Names `x` of the headers `[tool.x]`, `[tool.x.y]` and `[[tool.x.y]]`. */
function toolTables(toml: string): Set<string> {
  const headers = toml.matchAll(/^[ \t]*\[{1,2}[ \t]*tool[ \t]*\.[ \t]*["']?([\w-]+)["']?[ \t]*[.\]]/gm)
  return new Set([...headers].map(([, name]) => name ?? ''))
}
