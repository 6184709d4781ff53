import type { Diagnostic } from '../../document/diagnostic.ts'
import type { DocumentNode } from '../../document/document.ts'
import { report } from '../../document/report.ts'
import { field, mentionsIn, textAt } from '../fields.ts'
import type { Mention } from '../fields.ts'
import { oneOf, quoted } from '../phrase.ts'
import { createSuggestions } from '../suggestion.ts'
import type { Survey } from '../survey.ts'
import { AUTO, DETECTED_CHECKS } from '../words.ts'

/** Agents, providers and checks that are named and not there. */
export function referenceMistakes(survey: Survey): Diagnostic[] {
  const steps = [...survey.steps.keys()]
  return [...providerMistakes(survey), ...agentMistakes(survey, steps), ...checkMistakes(survey, steps)]
}

function providerMistakes(survey: Survey): Diagnostic[] {
  if (!survey.providers || !survey.agents) return []
  const known = survey.providers
  const suggest = createSuggestions([...known.keys()])
  return [...survey.agents.values()].flatMap(({ key, value }) => {
    const model = textAt(value, 'model')
    const slash = model?.name.indexOf('/') ?? -1
    const provider = model?.name.slice(0, slash) ?? ''
    if (!model || slash < 1 || known.has(provider)) return []
    const message = `agent ${quoted(key)} has a model of the provider ${quoted(provider)}, which is not declared`
    return [unknown(survey, model, 'unknown-provider', message, suggest(provider), 'providers')]
  })
}

function agentMistakes(survey: Survey, steps: readonly string[]): Diagnostic[] {
  const known = survey.agents
  if (!known) return []
  const suggest = createSuggestions([...known.keys()])
  const holders = [...['defaults', 'workspace'].map((key) => ({ who: `\`${key}\``, node: field(survey.root, key) })), ...holdersOf(survey, steps)]
  return holders.flatMap(({ who, node }) => ['agent', 'assign', 'resolver', 'judge'].flatMap((key) => mentionsIn(field(node, key)).flatMap((agent) => {
    if (((key === 'agent' || key === 'assign') && agent.name === AUTO) || known.has(agent.name)) return []
    const message = `${who} names the ${key === 'assign' ? 'agent' : key} ${quoted(agent.name)}, which is ${key === 'agent' || key === 'assign' ? 'not declared' : 'no agent of this pipeline'}`
    return [unknown(survey, agent, 'unknown-agent', message, suggest(agent.name), 'agents')]
  })))
}

function checkMistakes(survey: Survey, steps: readonly string[]): Diagnostic[] {
  if (!survey.checks) return []
  const known = new Set([...survey.checks.keys(), ...DETECTED_CHECKS])
  const suggest = createSuggestions([...known])
  const holders = [{ who: '`defaults`', node: field(survey.root, 'defaults') }, ...holdersOf(survey, steps)]
  return holders.flatMap(({ who, node }) => ['check', 'verify'].flatMap((key) => {
    const seen = new Set<string>()
    return mentionsIn(field(node, key)).flatMap((mention) => {
      if (seen.has(mention.name)) return [repeated(survey, who, key, mention)]
      seen.add(mention.name)
      if (known.has(mention.name)) return []
      const named = `${who} names the check ${quoted(mention.name)}`
      const message = `${named}, which is not declared, and only ${oneOf(DETECTED_CHECKS)} can be detected`
      return [unknown(survey, mention, 'unknown-check', message, suggest(mention.name), 'checks')]
    })
  }))
}

function holdersOf({ steps }: Survey, ids: readonly string[]): { who: string; node: DocumentNode | undefined }[] {
  return ids.map((id) => ({ who: `step ${quoted(id)}`, node: steps.get(id)?.node }))
}

function repeated({ document }: Survey, who: string, key: string, { name, node }: Mention): Diagnostic {
  return report(document, node.span, 'repeated-check', 'warning', `${who} names the check ${quoted(name)} twice in \`${key}\``)
}

function unknown(survey: Survey, { node }: Mention, code: string, message: string, suggested: string | undefined, key: string): Diagnostic {
  return report(survey.document, node.span, code, 'error', message, { help: suggested ?? `declare it under \`${key}\`` })
}
