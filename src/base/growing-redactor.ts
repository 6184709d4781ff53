import { createRedactor } from './redact.ts'
import type { Redactor } from './redact.ts'

/** A redactor that learns of secrets while it is used; streams that were opened before do not know the new ones. */
export interface GrowingRedactor extends Redactor {
  hide(secrets: readonly string[]): void
}

export function createGrowingRedactor(secrets: readonly string[]): GrowingRedactor {
  const known = new Set(secrets)
  let current = createRedactor([...known])
  return {
    text: (text) => current.text(text),
    json: (value) => current.json(value),
    stream: () => current.stream(),
    hide(more) {
      const news = more.filter((secret) => secret !== '' && !known.has(secret))
      if (news.length === 0) return
      for (const secret of news) known.add(secret)
      current = createRedactor([...known])
    },
  }
}
