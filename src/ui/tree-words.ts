import { formatDuration } from '../base/duration.ts'
import { formatUsd } from '../base/money.ts'
import type { NodeState } from '../run/run.ts'
import type { Paint } from './paint.ts'
import { plainLine } from './plain.ts'

/** A node's line in the tree: its name, how long it has worked, what it cost, and what came of it. */
export function nodeTitle(node: NodeState, now: number, paint: Paint): string {
  const attempt = node.attempts.length - node.earlier
  const facts = [
    ...(node.startedAt === null || node.cached ? [] : [formatDuration(Math.max(0, (node.finishedAt ?? now) - node.startedAt))]),
    ...(node.cost > 0n ? [formatUsd(node.cost)] : []),
    ...(attempt > 1 ? [`attempt ${attempt}`] : []),
    ...(node.cached ? ['kept'] : []),
    ...(node.filesChanged.length > 0 ? [`${node.filesChanged.length} changed`] : []),
    ...node.checks.map((check) => `${plainLine(check.name)} ${check.status === 'passed' ? '✔' : '✖'}`),
  ]
  return `${plainLine(node.id)}${facts.length === 0 ? '' : ` ${paint('dim', facts.join(' · '))}`}`
}

/** A step with several nodes: how far they are. */
export function stepTitle(step: string, nodes: readonly NodeState[], paint: Paint): string {
  const ended = nodes.filter((node) => node.status !== 'pending' && node.status !== 'running').length
  return `${plainLine(step)} ${paint('dim', `${ended}/${nodes.length}`)}`
}
