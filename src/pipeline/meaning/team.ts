import type { Diagnostic } from '../../document/diagnostic.ts'
import { report } from '../../document/report.ts'
import { field, mentionsIn } from '../fields.ts'
import { allOf, quoted } from '../phrase.ts'
import { createSuggestions } from '../suggestion.ts'
import type { StepView, Survey } from '../survey.ts'
import { capabilitiesOf, isCapable, wantedOf } from '../survey-team.ts'
import { AUTO } from '../words.ts'

/** Steps that nobody can do, stand-ins that are not there, and choices that are none. */
export function teamMistakes(survey: Survey): Diagnostic[] {
  return [...reservedNames(survey), ...backupMistakes(survey), ...assignmentMistakes(survey)]
}

function reservedNames({ document, agents }: Survey): Diagnostic[] {
  const agent = agents?.get(AUTO)
  if (!agent) return []
  const message = `no agent can be called ${quoted(AUTO)}, which stands for whoever is capable and free`
  return [report(document, agent.keySpan, 'bad-assignment', 'error', message, { help: 'give it another name' })]
}

function backupMistakes({ document, agents }: Survey): Diagnostic[] {
  if (!agents) return []
  const suggest = createSuggestions([...agents.keys()])
  return [...agents.values()].flatMap(({ key, value }) => mentionsIn(field(value, 'backup')).flatMap(({ name, node }) => {
    if (name === key) {
      const message = `the agent ${quoted(key)} cannot take over from itself`
      return [report(document, node.span, 'bad-assignment', 'error', message, { help: 'leave it out; `retry` repeats what failed' })]
    }
    if (agents.has(name)) return []
    const message = `agent ${quoted(key)} has the backup ${quoted(name)}, which is not declared`
    return [report(document, node.span, 'unknown-agent', 'error', message, { help: suggest(name) ?? 'declare it under `agents`' })]
  }))
}

function assignmentMistakes(survey: Survey): Diagnostic[] {
  const suggest = createSuggestions([...new Set([...(survey.agents?.values() ?? [])].flatMap(capabilitiesOf))])
  return [...survey.steps.values()].flatMap((step) => stepMistakes(survey, step, suggest))
}

function stepMistakes(survey: Survey, step: StepView, suggest: (word: string) => string | undefined): Diagnostic[] {
  const { document, agents } = survey
  const wanted = wantedOf(step)
  const [first] = wanted
  if (!step.agent || step.racers.length > 0 || !agents) return []
  if (step.agent.name !== AUTO) {
    if (!first) return []
    const message = `step ${quoted(step.id)} names the agent ${quoted(step.agent.name)}, so its \`capabilities\` choose nobody`
    return [report(document, first.node.span, 'bad-assignment', 'error', message, { help: 'write `agent: auto`, or leave them out' })]
  }
  if (!first) {
    const message = `step ${quoted(step.id)} leaves the choice of its agent open and does not say by which \`capabilities\``
    return [report(document, step.agent.node.span, 'bad-assignment', 'error', message, { help: 'add `capabilities`, or name an agent' })]
  }
  return capableMistakes(survey, step, suggest)
}

function capableMistakes({ document, agents }: Survey, step: StepView, suggest: (word: string) => string | undefined): Diagnostic[] {
  const wanted = wantedOf(step)
  const offered = [...(agents?.values() ?? [])].map(capabilitiesOf)
  const words = wanted.map(({ name }) => name)
  if (offered.some((has) => isCapable(has, words))) return []
  const unknown = wanted.filter(({ name }) => !offered.some((has) => has.includes(name)))
  if (unknown.length === 0) {
    const message = `no agent has all of ${allOf(words)}, which step ${quoted(step.id)} wants`
    const place = field(step.node, 'capabilities')?.span ?? step.pair.keySpan
    return [report(document, place, 'no-capable-agent', 'error', message, { help: 'give them to one agent, or make two steps of it' })]
  }
  return unknown.map(({ name, node }) => {
    const message = `no agent has the capability ${quoted(name)}, which step ${quoted(step.id)} wants`
    return report(document, node.span, 'no-capable-agent', 'error', message, { help: suggest(name) ?? 'add it to the `capabilities` of an agent' })
  })
}
