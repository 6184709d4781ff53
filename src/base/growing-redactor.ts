import { createRedactor } from './redact.ts'
import type { Redactor } from './redact.ts'

/** A redactor that learns of secrets while it is used; streams that were opened before do not know the new ones. */
export interface GrowingRedactor extends Redactor {
  hide(secrets: readonly string[]): void
  /** Whether a text holds one of the longer secrets, in any of its forms; a short one occurs by chance. */
  leaks(text: string): boolean
}

/** A text of so few characters may well be an ordinary word. */
const SHORTEST_LEAK = 8

export function createGrowingRedactor(secrets: readonly string[]): GrowingRedactor {
  const known = new Set(secrets)
  let current = createRedactor([...known])
  let net = leakNet(known)
  return {
    text: (text) => current.text(text),
    json: (value) => current.json(value),
    stream: () => current.stream(),
    hide(more) {
      const news = more.filter((secret) => secret !== '' && !known.has(secret))
      if (news.length === 0) return
      for (const secret of news) known.add(secret)
      current = createRedactor([...known])
      net = leakNet(known)
    },
    leaks: (text) => net.text(text) !== text,
  }
}

function leakNet(secrets: ReadonlySet<string>): Redactor {
  return createRedactor([...secrets].filter((secret) => secret.length >= SHORTEST_LEAK))
}
