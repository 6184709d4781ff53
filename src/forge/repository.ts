/** Where a repository lives on GitHub, and how we get in. */
export interface ForgeRepository {
  /** `https://github.com` */
  readonly server: string
  /** `https://api.github.com`, without a slash at its end. */
  readonly api: string
  /** `owner/name` */
  readonly name: string
  readonly token: string
}

export type Missing = { readonly missing: 'token' | 'repository'; readonly message: string; readonly help: string }

/** From the variables of a GitHub job; elsewhere from the address of the remote `origin`. */
export function forgeRepository(env: Readonly<Record<string, string>>, origin: string | undefined): ForgeRepository | Missing {
  const token = env.GITHUB_TOKEN ?? env.GH_TOKEN ?? ''
  if (token === '') return { missing: 'token', message: 'there is no token for GitHub', help: 'set the environment variable GITHUB_TOKEN' }
  const remote = origin === undefined ? undefined : parseRemote(origin)
  const name = env.GITHUB_REPOSITORY ?? remote?.name ?? ''
  if (!/^[\w.-]+\/[\w.-]+$/.test(name)) {
    return { missing: 'repository', message: 'it is not known which repository of GitHub this is', help: 'set GITHUB_REPOSITORY to `owner/name`, or add the remote `origin`' }
  }
  const server = bare(env.GITHUB_SERVER_URL ?? remote?.server ?? 'https://github.com')
  const api = bare(env.GITHUB_API_URL ?? (server === 'https://github.com' ? 'https://api.github.com' : `${server}/api/v3`))
  return { server, api, name, token }
}

/** `https://host/owner/name.git`, `git@host:owner/name.git`, `ssh://git@host/owner/name`. */
function parseRemote(url: string): { readonly server: string; readonly name: string } | undefined {
  const [, host, path] = /^(?:https?:\/\/(?:[^@/]+@)?|ssh:\/\/(?:[^@/]+@)?|[^@/:]+@)([^/:]+)(?::\d+)?[/:](.+)$/.exec(url) ?? []
  if (host === undefined || path === undefined) return undefined
  return { server: `https://${host}`, name: path.replace(/\.git$/, '').replace(/\/$/, '') }
}

function bare(url: string): string {
  return url.replace(/\/+$/, '')
}
