import type { Diagnostic } from '../../document/diagnostic.ts'
import type { Pair } from '../../document/document.ts'
import { report } from '../../document/report.ts'
import { field, mentionsIn, textAt } from '../fields.ts'
import type { Mention } from '../fields.ts'
import { quoted } from '../phrase.ts'
import type { Survey } from '../survey.ts'
import { canAsk, isProgramExecutor, PROGRAM_EXECUTORS } from '../words.ts'
import type { ProgramExecutor } from '../words.ts'

/** Programs whose provider speaks another language than theirs, and what they cannot be held to. */
export function executorMistakes(survey: Survey): Diagnostic[] {
  return [...(survey.agents?.values() ?? [])].flatMap((agent) => {
    const executor = textAt(agent.value, 'executor')
    if (!executor || !isProgramExecutor(executor.name)) return []
    return [...unfitProvider(survey, agent, executor, executor.name), ...unheldCommands(survey, agent, executor.name)]
  })
}

function unfitProvider(survey: Survey, agent: Pair, executor: Mention, program: ProgramExecutor): Diagnostic[] {
  const [model, route] = [textAt(agent.value, 'model'), textAt(agent.value, 'route')]
  if (!survey.providers || (route && !survey.routes)) return []
  const named = model ? [model] : route ? mentionsIn(field(survey.routes?.get(route.name)?.value, 'models')) : []
  // What is not declared at all, or has no type yet, is told elsewhere.
  const types = (model ?? route) ? named.map(({ name }) => typeOf(survey, name.slice(0, Math.max(0, name.indexOf('/'))))) : [...survey.providers.keys()].map((name) => typeOf(survey, name))
  if (types.some((type) => type !== undefined && canAsk(program, type))) return []
  if ((model ?? route) && (types.length === 0 || types.includes(undefined))) return []
  const place = (model ?? route ?? executor).node.span
  return [report(survey.document, place, 'unfit-provider', 'error', message(agent.key, program, model, route), { help: help(program, model, route) })]
}

function typeOf({ providers }: Survey, name: string): string | undefined {
  const provider = providers?.get(name)
  return provider && textAt(provider.value, 'type')?.name
}

function message(agent: string, program: ProgramExecutor, model: Mention | undefined, route: Mention | undefined): string {
  if (model) return `agent ${quoted(agent)} runs \`${program}\`, which cannot ask the provider of ${quoted(model.name)}`
  if (route) return `agent ${quoted(agent)} runs \`${program}\`, which can ask no model of the route ${quoted(route.name)}`
  return `agent ${quoted(agent)} runs \`${program}\` without a \`model\`, and no provider is declared that it can ask`
}

function help(program: ProgramExecutor, model: Mention | undefined, route: Mention | undefined): string {
  const types = PROGRAM_EXECUTORS[program].map((type) => `\`${type}\``).join(' or ')
  const how = program === 'gemini' ? ' whose `base_url` is that of Gemini' : ''
  return `${model ?? route ? 'name a model of' : 'declare'} a provider of type ${types}${how}`
}

/** Only Claude Code takes a list of commands; the others would run whatever they want. */
function unheldCommands({ document }: Survey, { key, value }: Pair, program: ProgramExecutor): Diagnostic[] {
  if (program === 'claude-code' || value.kind !== 'mapping') return []
  const found = value.pairs.get('allow_commands')
  if (!found) return []
  const does = program === 'codex' ? 'runs any command, held to the worktree by a sandbox' : 'has no shell but with `permissions: full`'
  return [report(document, found.keySpan, 'unfit-commands', 'error', `agent ${quoted(key)} runs \`${program}\`, which cannot be held to a list of commands`, {
    help: `leave \`allow_commands\` out: \`${program}\` ${does}`,
  })]
}
