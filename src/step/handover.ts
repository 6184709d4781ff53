import { excerptOf } from '../agent/excerpt.ts'
import type { FormerAttempt } from '../run/contract.ts'
import type { Handover } from '../run/team.ts'

const MOST_CHARACTERS = 4000
const MOST_FILES = 50

/** What whoever takes over may learn of a failed attempt: nothing of it reaches their worktree. */
export function handoverOf(text: string, files: readonly string[]): Handover {
  return { text: excerptOf(text, MOST_CHARACTERS), files: files.slice(0, MOST_FILES) }
}

/** The task, with what was tried below it where others failed at it before. */
export function withFormer(prompt: string, former: readonly FormerAttempt[]): string {
  if (former.length === 0) return prompt
  return [prompt, '# What was tried before', 'You take over this task. Others tried it and failed; nothing of their work is in your folder.', former.map(told).join('\n')].join('\n\n')
}

function told({ agent, failure, work }: FormerAttempt): string {
  const { text = '', files = [] } = work?.handover ?? {}
  const lines = [`- \`${agent}\` failed: ${failure.message}`]
  if (files.length > 0) lines.push(`  It had changed ${files.map((file) => `\`${file}\``).join(', ')}`)
  if (text.trim() !== '') lines.push(`  What it said last, and what its checks told it:\n${indented(text.trim())}`)
  return lines.join('\n')
}

function indented(text: string): string {
  return text.split('\n').map((line) => `  > ${line}`).join('\n')
}
