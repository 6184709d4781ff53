import type { Diagnostic } from '../../document/diagnostic.ts'
import { report } from '../../document/report.ts'
import type { Span } from '../../document/span.ts'
import { field, mappingAt, mentionsIn, pairsOf, textAt } from '../fields.ts'
import { quoted } from '../phrase.ts'
import { createSuggestions } from '../suggestion.ts'
import type { Survey } from '../survey.ts'

/** Routes, and providers in routes and limits, that are named and not there. */
export function routeMistakes(survey: Survey): Diagnostic[] {
  return [...unknownRoutes(survey), ...unknownProviders(survey), ...unknownLimits(survey)]
}

function unknownRoutes(survey: Survey): Diagnostic[] {
  if (!survey.routes || !survey.agents) return []
  const known = survey.routes
  const suggest = createSuggestions([...known.keys()])
  return [...survey.agents.values()].flatMap(({ key, value }) => {
    const route = textAt(value, 'route')
    if (!route || known.has(route.name)) return []
    const message = `agent ${quoted(key)} names the route ${quoted(route.name)}, which is not declared`
    return [unknown(survey, route.node.span, 'unknown-route', message, suggest(route.name), 'routes')]
  })
}

function unknownProviders(survey: Survey): Diagnostic[] {
  if (!survey.routes || !survey.providers) return []
  const known = survey.providers
  const suggest = createSuggestions([...known.keys()])
  return [...survey.routes.values()].flatMap(({ key, value }) => mentionsIn(field(value, 'models')).flatMap(({ name, node }) => {
    const slash = name.indexOf('/')
    const provider = name.slice(0, slash)
    if (slash < 1 || known.has(provider)) return []
    const message = `route ${quoted(key)} has a model of the provider ${quoted(provider)}, which is not declared`
    return [unknown(survey, node.span, 'unknown-provider', message, suggest(provider), 'providers')]
  }))
}

function unknownLimits(survey: Survey): Diagnostic[] {
  if (!survey.providers) return []
  const known = survey.providers
  const suggest = createSuggestions([...known.keys()])
  return pairsOf(mappingAt(mappingAt(survey.root, 'limits'), 'providers')).flatMap(({ key, keySpan }) => {
    if (known.has(key)) return []
    return [unknown(survey, keySpan, 'unknown-provider', `\`limits\` names the provider ${quoted(key)}, which is not declared`, suggest(key), 'providers')]
  })
}

function unknown({ document }: Survey, span: Span, code: string, message: string, suggestion: string | undefined, key: string): Diagnostic {
  return report(document, span, code, 'error', message, { help: suggestion ?? `declare it under \`${key}\`` })
}
