import type { Diagnostic } from '../../document/diagnostic.ts'
import type { Pair } from '../../document/document.ts'
import { report } from '../../document/report.ts'
import { field, mentionsIn, pairsOf, textAt } from '../fields.ts'
import type { Mention } from '../fields.ts'
import { quoted } from '../phrase.ts'
import { KEY_HEADER } from '../secret.ts'
import { createSuggestions } from '../suggestion.ts'
import type { Survey } from '../survey.ts'
import { hasExpression } from '../template.ts'
import { toolServerWord } from '../tool-servers.ts'
import { urlFault } from './providers.ts'

/** Tools of servers that are not declared, or that whoever names them cannot be given; servers whose address or headers are wrong. */
export function toolServerMistakes(survey: Survey): Diagnostic[] {
  const servers = [...(survey.toolServers?.values() ?? [])]
  return [...toolMistakes(survey), ...servers.flatMap((server) => [...urlMistakes(survey, server), ...headerMistakes(survey, server)])]
}

function toolMistakes(survey: Survey): Diagnostic[] {
  const suggest = createSuggestions([...(survey.toolServers?.keys() ?? [])])
  return [...(survey.agents?.values() ?? [])].flatMap(({ key, value }) => mentionsIn(field(value, 'tools')).flatMap((tool) => {
    const word = toolServerWord(tool.name)
    if (!word) return []
    if (survey.toolServers && !survey.toolServers.has(word.server)) return [unknown(survey, key, tool, word.server, suggest(word.server))]
    const executor = textAt(value, 'executor')?.name ?? 'llm'
    return executor === 'llm' ? [] : [foreign(survey, key, tool, executor)]
  }))
}

function unknown({ document }: Survey, agent: string, { node }: Mention, server: string, suggested: string | undefined): Diagnostic {
  const message = `agent ${quoted(agent)} has tools of the server ${quoted(server)}, which is not declared`
  return report(document, node.span, 'unknown-tool-server', 'error', message, { help: suggested ?? 'declare it under `mcp`' })
}

function foreign({ document }: Survey, agent: string, { name, node }: Mention, executor: string): Diagnostic {
  const message = `agent ${quoted(agent)} runs ${quoted(executor)}, which cannot be given ${quoted(name)}`
  return report(document, node.span, 'forbidden-tool', 'error', message, { help: 'leave the tool out, or leave `executor` out' })
}

function urlMistakes({ document }: Survey, { key, value }: Pair): Diagnostic[] {
  const url = textAt(value, 'url')
  const fault = url && /^https?:\/\//.test(url.name) ? urlFault(url.name) : undefined
  return url && fault !== undefined ? [report(document, url.node.span, 'bad-url', 'error', `the \`url\` of the server ${quoted(key)} ${fault}`)] : []
}

function headerMistakes({ document }: Survey, { key, value }: Pair): Diagnostic[] {
  return pairsOf(field(value, 'headers')).filter((header) => KEY_HEADER.test(header.key) && !isTemplate(header)).map((header) => {
    const message = `the header ${quoted(header.key)} of the server ${quoted(key)} carries a key, which must not stand in a file`
    return report(document, header.value.span, 'literal-secret', 'error', message, { help: 'keep it in the environment and write `${{ secrets.NAME }}`' })
  })
}

function isTemplate({ value }: Pair): boolean {
  return value.kind === 'scalar' && typeof value.value === 'string' && hasExpression(value.value)
}
