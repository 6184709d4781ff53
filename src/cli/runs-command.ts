import { formatDuration } from '../base/duration.ts'
import { formatUsd, picoToUsd } from '../base/money.ts'
import type { RunSummary } from '../store/run-summary.ts'
import { plainLine } from '../ui/plain.ts'
import { environment, realPorts } from './ports.ts'
import { EXIT } from './exit-code.ts'
import { orStop } from './stop.ts'
import { stateStore } from './store.ts'

export interface RunsOptions {
  readonly stateDir: string
  readonly json?: boolean
  /** Empty: all of them. */
  readonly status: readonly string[]
  /** The name of a pipeline, or its file. */
  readonly pipeline?: string
  readonly limit?: number
}

/** Lists the runs of the state folder, newest first. */
export async function runsCommand(options: RunsOptions): Promise<number> {
  return orStop(async () => {
    const store = await stateStore(realPorts(environment()), process.cwd(), options.stateDir)
    const runs = (await store.listRuns()).filter((run) => isWanted(run, options)).slice(0, options.limit)
    const rows = runs.map((run) => ({ ...run, cost: undefined, cost_usd: picoToUsd(run.cost) }))
    if (options.json === true) process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`)
    else for (const run of runs) process.stdout.write(`${line(run)}\n`)
    return EXIT.passed
  })
}

function isWanted(run: RunSummary, { status, pipeline }: RunsOptions): boolean {
  if (status.length > 0 && !status.includes(run.status)) return false
  return pipeline === undefined || pipeline === run.pipeline || pipeline === run.file
}

function line(run: RunSummary): string {
  const duration = run.finishedAt === null ? '–' : formatDuration(run.finishedAt - run.startedAt)
  return [run.id.padEnd(22), run.status.padEnd(11), duration.padStart(8), formatUsd(run.cost).padStart(9), plainLine(run.pipeline)].join('  ')
}
