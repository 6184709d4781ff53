import { fileGlob } from '../agent/file-glob.ts'
import type { Failure } from '../run/failure.ts'

/** What steers agents, CI and git itself: an agent that could change it would write its own permissions. */
const PROTECTED = [
  '.github/**', '.gitlab-ci.yml', '.claude/**', '.codex/**', '.gemini/**', '.mcp.json', 'CLAUDE.md', 'AGENTS.md', 'GEMINI.md',
  '**/.claude/**', '**/.codex/**', '**/.gemini/**', '**/.mcp.json', '**/CLAUDE.md', '**/AGENTS.md', '**/GEMINI.md',
]

/** The changed files that no agent may change, unless `allowed` names them; `named` are the pipeline and the files that it names. */
export function protectedChanges(changed: readonly string[], named: readonly string[], allowed: readonly string[]): readonly string[] {
  const isAllowed = allowed.map((glob) => fileGlob(glob.includes('/') ? glob : `**/${glob}`))
  const isProtected = PROTECTED.map((glob) => fileGlob(glob.includes('/') ? glob : `./${glob}`))
  return changed.filter((path) => {
    if (isAllowed.some((fits) => fits(path))) return false
    return named.includes(path) || isGitFile(path) || isProtected.some((fits) => fits(path))
  })
}

export function protectedFailure(files: readonly string[]): Failure {
  const shown = files.slice(0, 5).map((file) => `\`${file}\``).join(', ')
  const more = files.length > 5 ? ` and ${files.length - 5} more` : ''
  return { code: 'protected-path', message: `the agent changed what it may not: ${shown}${more}; \`workspace.allow_protected\` can allow it`, files: [...files] }
}

/** `.gitattributes`, `.gitmodules` and the like at any depth, but not `.gitignore`. */
function isGitFile(path: string): boolean {
  const name = path.split('/').at(-1) ?? ''
  return name.startsWith('.git') && name !== '.gitignore' && !path.startsWith('.github/')
}
