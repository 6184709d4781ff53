import { fold } from '../run/fold.ts'
import type { GateAnswered, Recorded, RunEvent } from '../run/event.ts'
import { allNodes } from '../run/nested-runs.ts'
import type { NodeState, Run } from '../run/run.ts'
import { EXIT } from './exit-code.ts'
import { environment, realPorts } from './ports.ts'
import { orStop, Stop } from './stop.ts'
import { stateStore, unwrap } from './store.ts'

interface ApproveOptions {
  readonly reject?: boolean
  readonly by?: string
  readonly comment?: string
  readonly stateDir: string
}

/** Answers a waiting step; the run itself goes on with `resume`. */
export async function approveCommand(id: string, step: string, options: ApproveOptions): Promise<number> {
  return orStop(async () => {
    const env = environment()
    const ports = realPorts(env)
    const store = await stateStore(ports, process.cwd(), options.stateDir)
    const { run, folder } = unwrap(await store.openRun(id))
    try {
      const answer = options.reject === true ? 'rejected' : 'approved'
      const by = options.by ?? env.GITHUB_ACTOR ?? env.USER ?? null
      const path = waitingPath(run, step)
      refuseLate(nodeAt(run, path), step, ports.clock.now())
      const recorded = answered(run, path, { answer, by, comment: options.comment ?? null }, ports.clock.now())
      await folder.journal.append([recorded])
      fold(run, recorded)
      await folder.saveSnapshot(run)
      process.stderr.write(`\`${step}\` of the run \`${id}\` is ${answer}; \`orch-run resume ${id}\` goes on with it\n`)
      return EXIT.passed
    } finally {
      await folder.close()
    }
  })
}

/** The nodes from the run down to the one that asks: several where it stands in a called pipeline. */
function waitingPath(run: Run, step: string): readonly string[] {
  const known = allNodes(run).find(({ id }) => id === step)
  const waiting = allNodes(run).filter(({ node, run: own }) => node.status === 'waiting' && !own.nested.has(node.id))
  if (waiting.some(({ id }) => id === step)) return pathTo(run, step) ?? []
  const help = waiting.length === 0 ? 'nothing of this run waits' : `these wait: ${waiting.map(({ id }) => `\`${id}\``).join(', ')}`
  throw new Stop(EXIT.invalid, known ? `the step \`${step}\` does not wait for approval` : `the run has no step \`${step}\``, help)
}

function nodeAt(run: Run, [id = '', ...below]: readonly string[]): NodeState | undefined {
  const inner = run.nested.get(id)
  return below.length > 0 && inner ? nodeAt(inner, below) : run.nodes.get(id)
}

function refuseLate(node: NodeState | undefined, step: string, now: number): void {
  if (node?.expiresAt == null || node.expiresAt > now) return
  throw new Stop(EXIT.invalid, `the time to answer \`${step}\` was over at ${new Date(node.expiresAt).toISOString()}`, 'the next resume fails it as `not-answered`')
}

function pathTo(run: Run, id: string): readonly string[] | undefined {
  if (run.nodes.has(id)) return [id]
  for (const [node, inner] of run.nested) {
    const below = id.startsWith(`${node}/`) ? pathTo(inner, id.slice(node.length + 1)) : undefined
    if (below) return [node, ...below]
  }
  return undefined
}

/** The answer as an event of the run in which the node stands, wrapped for each run around that. */
function answered(run: Run, [node = '', ...below]: readonly string[], answer: Omit<GateAnswered, 'type' | 'node'>, at: number): Recorded {
  const inner = run.nested.get(node)
  const event: RunEvent = inner && below.length > 0 ? { type: 'nested', node, event: answered(inner, below, answer, at) } : { type: 'gate-answered', node, ...answer }
  return { ...event, seq: run.seq + 1, at }
}
