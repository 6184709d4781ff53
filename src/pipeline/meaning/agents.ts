import type { Diagnostic } from '../../document/diagnostic.ts'
import { report } from '../../document/report.ts'
import { field, itemsOf, mentionsIn, textAt } from '../fields.ts'
import type { Mention } from '../fields.ts'
import { quoted } from '../phrase.ts'
import type { Survey } from '../survey.ts'

/** Tools that the permissions of an agent take away again. */
export function agentMistakes(survey: Survey): Diagnostic[] {
  return [...(survey.agents?.values() ?? [])].flatMap(({ key, value }) => {
    const permissions = textAt(value, 'permissions')?.name ?? 'limited'
    // Codex reads by its shell too, and holds all its commands to the worktree.
    const allows = itemsOf(field(value, 'allow_commands')).length > 0 || textAt(value, 'executor')?.name === 'codex'
    const reaches = itemsOf(field(value, 'allow_hosts')).length > 0
    return mentionsIn(field(value, 'tools')).flatMap((tool) => [...toolMistakes(survey, key, tool, permissions, allows), ...webMistakes(survey, key, tool, reaches)])
  })
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
