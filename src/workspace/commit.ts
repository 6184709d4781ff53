import { signed } from './identity.ts'
import type { TrustedRepository } from './repository.ts'
import type { CommitText } from './workspace.ts'

/** A commit of a tree by the runner; `seconds` since 1970. */
export async function commitTree(
  repository: TrustedRepository,
  tree: string,
  parent: string,
  text: CommitText,
  seconds: number,
): Promise<string> {
  const { identity } = await repository.manners
  const commit = await repository.ask(['commit-tree', tree, '-p', parent, '-F', '-'], {
    input: commitMessage(text),
    env: signed(identity, seconds),
  })
  return commit.toString('latin1').trim()
}

/** The message with its trailers as the last paragraph, one line each. */
export function commitMessage({ message, trailers }: CommitText): string {
  const body = message.replaceAll('\0', '').trim()
  const lines = trailers.map(([name, value]) => `${name.replace(/[^A-Za-z0-9-]+/g, '-')}: ${oneLine(value)}`)
  return `${[body === '' ? 'Change files' : body, lines.join('\n')].filter((part) => part !== '').join('\n\n')}\n`
}

function oneLine(value: string): string {
  return value.replace(/[\p{Cc}\s]+/gu, ' ').trim()
}
