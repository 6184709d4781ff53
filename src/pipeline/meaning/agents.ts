import type { Diagnostic } from '../../document/diagnostic.ts'
import type { DocumentNode } from '../../document/document.ts'
import { report } from '../../document/report.ts'
import { field, itemsOf, mentionsIn, textAt } from '../fields.ts'
import type { Mention } from '../fields.ts'
import { quoted } from '../phrase.ts'
import type { Survey } from '../survey.ts'
import { LONGEST_ANSWER } from '../words.ts'

/** Tools that the permissions of an agent take away again, and windows without room for a conversation. */
export function agentMistakes(survey: Survey): Diagnostic[] {
  return [...(survey.agents?.values() ?? [])].flatMap(({ key, value }) => {
    const permissions = textAt(value, 'permissions')?.name ?? 'limited'
    // Codex reads by its shell too, and holds all its commands to the worktree.
    const allows = itemsOf(field(value, 'allow_commands')).length > 0 || textAt(value, 'executor')?.name === 'codex'
    const reaches = itemsOf(field(value, 'allow_hosts')).length > 0
    const tools = mentionsIn(field(value, 'tools')).flatMap((tool) => [...toolMistakes(survey, key, tool, permissions, allows), ...webMistakes(survey, key, tool, reaches)])
    return [...tools, ...windowMistakes(survey, key, value)]
  })
}

function windowMistakes({ document }: Survey, agent: string, value: DocumentNode): Diagnostic[] {
  const window = field(value, 'context_tokens')
  const tokens = numberOf(window)
  const answer = numberOf(field(value, 'max_output_tokens'))
  if (!window || tokens === undefined || tokens > (answer ?? LONGEST_ANSWER.model)) return []
  const longest = answer === undefined ? `the longest answer, ${LONGEST_ANSWER.model} tokens` : `its \`max_output_tokens\`, ${answer}`
  const message = `\`context_tokens\` of agent ${quoted(agent)} must be more than ${longest}, not ${tokens}: no conversation would fit`
  return [report(document, window.span, 'window-too-small', 'error', message, { help: 'write the window of the model, or lower `max_output_tokens`' })]
}

function numberOf(node: DocumentNode | undefined): number | undefined {
  return node?.kind === 'scalar' && typeof node.value === 'number' ? node.value : undefined
}

function webMistakes({ document }: Survey, agent: string, tool: Mention, reaches: boolean): Diagnostic[] {
  if (tool.name !== 'web' || reaches) return []
  const message = `agent ${quoted(agent)} has no \`allow_hosts\`, so the tool \`web\` can read nothing`
  return [report(document, tool.node.span, 'forbidden-tool', 'warning', message, { help: 'name hosts in `allow_hosts`' })]
}

function toolMistakes({ document }: Survey, agent: string, tool: Mention, permissions: string, allows: boolean): Diagnostic[] {
  const at = tool.node.span
  const whose = `the \`permissions\` of agent ${quoted(agent)}`
  if (tool.name === 'shell' && permissions === 'read-only') {
    return [report(document, at, 'forbidden-tool', 'error', `${whose} are \`read-only\`, which forbids the tool \`shell\``, {
      help: 'leave the tool out, or write `permissions: limited`',
    })]
  }
  if (tool.name === 'files' && permissions === 'read-only') {
    const message = `${whose} are \`read-only\`, so of the tools \`files\` only those that read are there`
    return [report(document, at, 'forbidden-tool', 'warning', message, { help: 'write `files.read`' })]
  }
  if (tool.name === 'shell' && permissions === 'limited' && !allows) {
    const message = `${whose} are \`limited\` and \`allow_commands\` names none, so the tool \`shell\` can run nothing`
    const help = 'name commands in `allow_commands`, or write `permissions: full`'
    return [report(document, at, 'forbidden-tool', 'warning', message, { help })]
  }
  return []
}
