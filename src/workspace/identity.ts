import type { Git, Repository } from '../base/ports.ts'

/** Who a commit of the runner is by. */
export interface Identity {
  readonly name: string
  readonly email: string
}

const RUNNER: Identity = { name: 'orch-run', email: 'orch-run@localhost' }

/** The user's own identity where both parts are set and git would take them, else the runner's. */
export async function findIdentity(git: Git, user: Repository): Promise<Identity> {
  const args = ['config', '-z', '--get-regexp', String.raw`^user\.(name|email)$`]
  const answer = await git.run({ args, cwd: user.root, env: { GIT_DIR: user.gitDir } })
  const pairs = answer.stdout.toString('utf8').split('\0').map((entry) => entry.split('\n'))
  const set = new Map(pairs.map(([key = '', ...value]) => [key.toLowerCase(), clean(value.join(' '))]))
  const name = set.get('user.name') ?? ''
  const email = set.get('user.email') ?? ''
  return name === '' || email === '' ? RUNNER : { name, email }
}

/** Variables that make git sign a commit with this name and date; the date is in seconds since 1970. */
export function signed(identity: Identity, seconds: number): Record<string, string> {
  const date = `@${Math.max(0, Math.floor(seconds))} +0000`
  return {
    GIT_AUTHOR_NAME: identity.name,
    GIT_AUTHOR_EMAIL: identity.email,
    GIT_AUTHOR_DATE: date,
    GIT_COMMITTER_NAME: identity.name,
    GIT_COMMITTER_EMAIL: identity.email,
    GIT_COMMITTER_DATE: date,
  }
}

/** Git refuses a name that is nothing but punctuation. */
function clean(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what is to be removed
  const plain = text.replace(/[<>\u0000-\u001f]/g, '').trim()
  return /[^\s.,:;"'\\]/.test(plain) ? plain : ''
}
