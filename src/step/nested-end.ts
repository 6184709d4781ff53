import type { AttemptIo, AttemptResult, AttemptTask } from '../run/contract.ts'
import { isRetryable } from '../run/failure.ts'
import type { Failure } from '../run/failure.ts'
import { allNodes } from '../run/nested-runs.ts'
import type { Run } from '../run/run.ts'
import { carriedAtEnd } from '../run/settle.ts'

/** What became of a nested run, as the end of the attempt that it ran in. */
export function endOfNested(run: Run, task: AttemptTask, io: AttemptIo): AttemptResult {
  const files = new Set([...run.nodes.values()].flatMap((node) => (node.status === 'passed' ? node.filesChanged : [])))
  const carried = carriedAtEnd(run).filter((commit) => !task.inherited.includes(commit))
  const common = { outputs: run.outputs, commit: carried.at(-1) ?? null, filesChanged: [...files].sort() }
  if (run.status === 'passed') return { ...common, status: 'passed' }
  if (io.signal.aborted || run.stopping?.kind === 'signal') return { status: 'cancelled' }
  if (run.stopping) return { status: 'failed', failure: stopFailure(run.stopping) }
  return run.status === 'waiting' ? { status: 'waiting' } : { status: 'failed', failure: failureOf(run, task) }
}

/** Why it stopped by itself: a budget or a quota of the whole run stops that too, its own timeout is its own. */
function stopFailure(cause: Exclude<Run['stopping'], null | { readonly kind: 'signal' }>): Failure {
  switch (cause.kind) {
    case 'timeout': return { code: 'timeout', message: 'the pipeline did not end within its `limits.timeout`', afterMs: cause.afterMs }
    case 'budget': {
      const { message, resumeAfter } = cause
      return { code: 'budget-exceeded', message, scope: 'run', ...(resumeAfter === undefined ? {} : { resumeAfter }) }
    }
    case 'quota': return { code: 'quota-exhausted', message: cause.message, resumeAfter: cause.resumeAfter }
  }
}

function failureOf(run: Run, task: AttemptTask): Failure {
  const failed = allNodes(run).filter(({ node, run: own }) => node.status === 'failed' && own.steps.get(node.step)?.continueOnError !== true)
  const nodes = failed.map(({ id }) => `${task.node}/${id}`)
  // What failed because of what it contains says less than that.
  const [first] = failed.filter(({ node }) => node.failure?.code !== 'pipeline-failed')
  const message = first ? `\`${task.node}/${first.id}\` failed: ${first.node.failure?.message ?? 'nobody knows why'}` : 'the pipeline failed'
  const retryable = failed.some(({ node }) => node.failure !== null && isRetryable(node.failure))
  return { code: 'pipeline-failed', message, nodes, retryable }
}
