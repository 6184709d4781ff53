import { setOutput } from '@actions/core'
import type { Report } from '../report/vocabulary/report.ts'

/** What later steps of the job can use. `@actions/core` writes them with a random delimiter, so that no value can add another. */
export function writeOutputs(report: Report | undefined, path: string): void {
  const branch = report?.deliveries.findLast(({ kind }) => kind === 'branch' || kind === 'pull_request')
  const pull = report?.deliveries.findLast(({ kind }) => kind === 'pull_request')
  const values: Readonly<Record<string, string>> = {
    status: report?.run.status ?? 'failed', 'run-id': report?.run.id ?? '', report: report ? path : '', 'cost-usd': String(report?.totals.cost_usd ?? 0),
    commit: report?.git.head ?? '', branch: branch?.target ?? '', 'pull-request': pull?.url ?? '',
  }
  for (const [name, value] of Object.entries(values)) setOutput(name, value)
}
