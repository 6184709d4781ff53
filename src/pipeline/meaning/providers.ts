import type { Diagnostic } from '../../document/diagnostic.ts'
import { report } from '../../document/report.ts'
import { textAt } from '../fields.ts'
import { HTTP_URL } from '../patterns.ts'
import { quoted } from '../phrase.ts'
import type { Survey } from '../survey.ts'

const HTTP = new RegExp(HTTP_URL, 'u')

/** Addresses that are none, or that carry a password. */
export function providerMistakes({ document, providers }: Survey): Diagnostic[] {
  return [...(providers?.values() ?? [])].flatMap(({ key, value }) => {
    const url = textAt(value, 'base_url')
    if (!url || !HTTP.test(url.name)) return []
    const fault = urlFault(url.name)
    if (fault === undefined) return []
    return [report(document, url.node.span, 'bad-url', 'error', `the \`base_url\` of provider ${quoted(key)} ${fault}`)]
  })
}

function urlFault(text: string): string | undefined {
  if (!URL.canParse(text)) return 'is no URL'
  const { username, password, search, hash } = new URL(text)
  if (username !== '' || password !== '') return 'must not hold a user or a password'
  return search === '' && hash === '' ? undefined : 'must end before `?` and `#`'
}
