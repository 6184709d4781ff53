import type { Diagnostic } from '../../document/diagnostic.ts'
import type { Pair } from '../../document/document.ts'
import { report } from '../../document/report.ts'
import { field, pairsOf, textAt } from '../fields.ts'
import { HTTP_URL } from '../patterns.ts'
import { quoted } from '../phrase.ts'
import { KEY_HEADER } from '../secret.ts'
import type { Survey } from '../survey.ts'

const HTTP = new RegExp(HTTP_URL, 'u')

/** Addresses that are none, or that carry a password; headers that carry a key. */
export function providerMistakes(survey: Survey): Diagnostic[] {
  return [...(survey.providers?.values() ?? [])].flatMap((provider) => [...urlMistakes(survey, provider), ...headerMistakes(survey, provider)])
}

function headerMistakes({ document }: Survey, { key, value }: Pair): Diagnostic[] {
  return pairsOf(field(value, 'headers')).filter((header) => KEY_HEADER.test(header.key)).map((header) => {
    const message = `the header ${quoted(header.key)} of provider ${quoted(key)} carries a key, which must not stand in a file`
    const help = 'keep it in the environment and name the variable by `api_key_env`'
    return report(document, header.value.span, 'literal-secret', 'error', message, { help })
  })
}

function urlMistakes({ document }: Survey, { key, value }: Pair): Diagnostic[] {
  const url = textAt(value, 'base_url')
  if (!url || !HTTP.test(url.name)) return []
  const fault = urlFault(url.name)
  if (fault === undefined) return []
  return [report(document, url.node.span, 'bad-url', 'error', `the \`base_url\` of provider ${quoted(key)} ${fault}`)]
}

/** What is wrong with an address of ours; undefined where nothing is. */
export function urlFault(text: string): string | undefined {
  if (!URL.canParse(text)) return 'is no URL'
  const { username, password, search, hash } = new URL(text)
  if (username !== '' || password !== '') return 'must not hold a user or a password'
  return search === '' && hash === '' ? undefined : 'must end before `?` and `#`'
}
