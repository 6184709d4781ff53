import type { Diagnostic } from '../../document/diagnostic.ts'
import { report } from '../../document/report.ts'
import { nearest } from '../../document/suggest.ts'
import { field, mentionsIn, textAt } from '../fields.ts'
import type { Mention } from '../fields.ts'
import { didYouMean, oneOf, quoted } from '../phrase.ts'
import type { Declared, Survey } from '../survey.ts'
import { DETECTED_CHECKS } from '../words.ts'

/** Agents, providers and checks that are named and not there. */
export function referenceMistakes(survey: Survey): Diagnostic[] {
  return [...providerMistakes(survey), ...[...survey.steps.keys()].flatMap((id) => [...agentMistakes(survey, id), ...checkMistakes(survey, id)])]
}

function providerMistakes(survey: Survey): Diagnostic[] {
  if (!survey.providers || !survey.agents) return []
  const known = [...survey.providers.keys()]
  return [...survey.agents.values()].flatMap(({ key, value }) => {
    const model = textAt(value, 'model')
    const slash = model?.name.indexOf('/') ?? -1
    const provider = model?.name.slice(0, slash) ?? ''
    if (!model || slash < 1 || known.includes(provider)) return []
    const message = `agent ${quoted(key)} has a model of the provider ${quoted(provider)}, which is not declared`
    return [unknown(survey, model, 'unknown-provider', message, provider, known, 'providers')]
  })
}

function agentMistakes(survey: Survey, id: string): Diagnostic[] {
  const agent = textAt(survey.steps.get(id)?.node, 'agent')
  if (!agent || !survey.agents || survey.agents.has(agent.name)) return []
  const message = `step ${quoted(id)} names the agent ${quoted(agent.name)}, which is not declared`
  return [unknown(survey, agent, 'unknown-agent', message, agent.name, [...survey.agents.keys()], 'agents')]
}

function checkMistakes(survey: Survey, id: string): Diagnostic[] {
  const node = survey.steps.get(id)?.node
  return ['check', 'verify'].flatMap((key) => {
    const seen = new Set<string>()
    return mentionsIn(field(node, key)).flatMap((mention) => {
      if (seen.has(mention.name)) {
        return [report(survey.document, mention.node.span, 'repeated-check', 'warning', `step ${quoted(id)} names the check ${quoted(mention.name)} twice in \`${key}\``)]
      }
      seen.add(mention.name)
      return checkMistake(survey, id, mention)
    })
  })
}

function checkMistake(survey: Survey, id: string, mention: Mention): Diagnostic[] {
  const known = knownChecks(survey.checks)
  if (!known || known.includes(mention.name)) return []
  const message = `step ${quoted(id)} names the check ${quoted(mention.name)}, which is not declared, and only ${oneOf(DETECTED_CHECKS)} can be detected`
  return [unknown(survey, mention, 'unknown-check', message, mention.name, known, 'checks')]
}

function knownChecks(checks: Declared): string[] | undefined {
  return checks && [...new Set([...checks.keys(), ...DETECTED_CHECKS])]
}

function unknown(survey: Survey, mention: Mention, code: string, message: string, name: string, known: readonly string[], key: string): Diagnostic {
  const help = didYouMean(nearest(name, known)) ?? `declare it under \`${key}\``
  return report(survey.document, mention.node.span, code, 'error', message, { help })
}
