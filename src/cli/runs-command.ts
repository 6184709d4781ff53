import { formatDuration } from '../base/duration.ts'
import { formatUsd, picoToUsd } from '../base/money.ts'
import { plainLine } from '../ui/plain.ts'
import { environment, realPorts } from './ports.ts'
import { EXIT } from './exit-code.ts'
import { orStop } from './stop.ts'
import { stateStore } from './store.ts'

/** Lists the runs of the state folder, newest first. */
export async function runsCommand(options: { readonly stateDir: string; readonly json?: boolean }): Promise<number> {
  return orStop(async () => {
    const store = await stateStore(realPorts(environment()), process.cwd(), options.stateDir)
    const runs = await store.listRuns()
    const rows = runs.map((run) => ({ ...run, cost: undefined, cost_usd: picoToUsd(run.cost) }))
    if (options.json === true) process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`)
    else for (const run of runs) process.stdout.write(`${line(run)}\n`)
    return EXIT.passed
  })
}

function line(run: { id: string; status: string; startedAt: number; finishedAt: number | null; cost: bigint; pipeline: string }): string {
  const duration = run.finishedAt === null ? '–' : formatDuration(run.finishedAt - run.startedAt)
  return [run.id.padEnd(22), run.status.padEnd(11), duration.padStart(8), formatUsd(run.cost).padStart(9), plainLine(run.pipeline)].join('  ')
}
