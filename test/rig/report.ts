import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { orchRun } from './program.ts'
import type { Ended, Start } from './program.ts'

/** A report as tests read it. */
export interface Report {
  readonly run: {
    readonly id: string; readonly status: string; readonly exit_code: number | null; readonly resumes: number; readonly isolation: string | null; readonly duration_ms: number
    readonly inputs: Readonly<Record<string, unknown>>; readonly outputs: Readonly<Record<string, unknown>>
  }
  readonly git: { readonly base: string | null; readonly head: string | null; readonly dirty: boolean }
  readonly totals: Readonly<Record<string, number>>
  readonly steps: readonly ReportStep[]
  readonly deliveries: readonly { readonly step: string; readonly kind: string; readonly target: string; readonly commit: string | null; readonly already: boolean }[]
  readonly agents: Readonly<Record<string, { readonly steps: number; readonly attempts: number; readonly failures: number; readonly turns: number; readonly calls: number; readonly cost_usd: number; readonly tools: Readonly<Record<string, { readonly calls: number; readonly errors: number; readonly duration_ms: number }>> }>>
  readonly assignments: readonly { readonly step: string; readonly attempt: number; readonly agent: string; readonly reason: string; readonly candidates: readonly { readonly agent: string; readonly because: string }[] }[]
  readonly exceptions: readonly { readonly severity: string; readonly step: string | null; readonly code: string; readonly message: string; readonly tried: readonly string[]; readonly next: string | null }[]
}

export interface ReportStep {
  readonly id: string
  readonly status: string
  readonly cached: boolean
  readonly duration_ms: number
  readonly exit_code: number | null
  readonly outputs: Readonly<Record<string, unknown>>
  readonly commit: string | null
  readonly files_changed: readonly string[]
  readonly matrix: unknown
  readonly isolation: string | null
  readonly agent: string | null
  readonly attempts: readonly { readonly attempt: number; readonly agent: string | null; readonly status: string; readonly failure: Told | null }[]
  readonly checks: readonly { readonly name: string; readonly status: string; readonly gate: string; readonly message: string | null; readonly problems: readonly unknown[] }[]
  readonly artifacts: readonly { readonly attempt: number; readonly path: string; readonly bytes: number }[]
  readonly failure: Told | null
}

interface Told {
  readonly code: string
  readonly message: string
}

/** Runs the program with `--json` and expects this exit code: its report, and all that it said. */
export async function runFor(code: number, cwd: string, args: readonly string[], more: Partial<Start> = {}): Promise<{ report: Report; ended: Ended }> {
  const ended = await orchRun({ cwd, args: [...args, '--json'], ...more })
  expect(ended.code, ended.stderr).toBe(code)
  return { report: JSON.parse(ended.stdout) as Report, ended }
}

/** The events of a run, as they stand in its journal. */
export function journalOf(folder: string, run: string): readonly { readonly type: string; readonly [key: string]: unknown }[] {
  const text = readFileSync(join(folder, '.orch-run/runs', run, 'journal.ndjson'), 'utf8')
  return text.trimEnd().split('\n').map((line) => JSON.parse(line) as { type: string })
}

/** Status of every node by its id. */
export function statuses(report: Report): Record<string, string> {
  return Object.fromEntries(report.steps.map((step) => [step.id, step.status]))
}

/** Outputs of every node by its id. */
export function outputsOf(report: Report): Record<string, unknown> {
  return Object.fromEntries(report.steps.map((step) => [step.id, step.outputs]))
}

/** Code and message of what failed, by the node's id. */
export function failures(report: Report): Record<string, string> {
  return Object.fromEntries(report.steps.flatMap(({ id, failure }) => (failure ? [[id, `${failure.code}: ${failure.message}`]] : [])))
}
