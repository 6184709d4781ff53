/** Version of the git on the PATH, such as `2.39.5`; undefined when there is none. */
export async function findVersion(env: Readonly<Record<string, string>>): Promise<string | undefined> {
  const { simpleGit } = await import('simple-git')
  const { GIT_TERMINAL_PROMPT: _prompt, GIT_OPTIONAL_LOCKS: _locks, ...plain } = env
  const found = await simpleGit().env(plain).version()
  return found.installed ? `${found.major}.${found.minor}.${found.patch}` : undefined
}
