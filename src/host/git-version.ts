import { PortError } from '../base/ports.ts'

/** Version of the git on the PATH, such as `2.39.5`; undefined when there is none. */
export async function findVersion(env: Readonly<Record<string, string>>): Promise<string | undefined> {
  const { simpleGit } = await import('simple-git')
  const { GIT_TERMINAL_PROMPT: _prompt, GIT_OPTIONAL_LOCKS: _locks, ...plain } = env
  const found = await simpleGit().env(plain).version().catch((error: unknown) => { throw notWorking(error) })
  return found.installed ? `${found.major}.${found.minor}.${found.patch}` : undefined
}

/** A git that is there and cannot do even that: a broken configuration, a library that is missing. */
function notWorking(error: unknown): PortError {
  const said = (error instanceof Error ? error.message : String(error)).trim().split('\n')[0] ?? ''
  return new PortError('EGIT', 'git', `git does not work: ${said === '' ? 'it says nothing' : said}`)
}
