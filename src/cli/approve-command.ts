import { fold } from '../run/fold.ts'
import type { GateAnswered } from '../run/event.ts'
import type { Run } from '../run/run.ts'
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
      const event: GateAnswered = { type: 'gate-answered', node: waitingNode(run, step), answer, by, comment: options.comment ?? null }
      const recorded = { ...event, seq: run.seq + 1, at: ports.clock.now() }
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

function waitingNode(run: Run, step: string): string {
  const node = run.nodes.get(step)
  if (node?.status === 'waiting') return node.id
  const waiting = [...run.nodes.values()].filter((one) => one.status === 'waiting').map((one) => `\`${one.id}\``)
  const help = waiting.length === 0 ? 'nothing of this run waits' : `these wait: ${waiting.join(', ')}`
  throw new Stop(EXIT.invalid, node ? `the step \`${step}\` does not wait for approval` : `the run has no step \`${step}\``, help)
}
