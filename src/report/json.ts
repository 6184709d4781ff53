import { allNodes, allRuns } from '../run/nested-runs.ts'
import type { Run } from '../run/run.ts'
import { reportAgents, reportAssignments } from './agents.ts'
import { reportExceptions } from './exceptions.ts'
import { reportModels } from './models.ts'
import { isoTime, reportSteps } from './steps.ts'
import { reportTotals } from './totals.ts'
import type { Report } from './vocabulary/report.ts'

/** What a report needs beside the run. */
export interface ReportExtras {
  /** The command that goes on with this run (`resumeCommand`). */
  readonly resume: string
  /** What was kept with the nodes, by their whole ids; for reports that show it (`showsKept`). */
  readonly kept?: ReadonlyMap<string, KeptTexts>
}

/** What the last attempt of a node left, each cut to what a reader can use; absent where there is nothing. */
export interface KeptTexts {
  readonly stdout?: string
  readonly stderr?: string
  readonly patch?: string
}

/** The report of a run, ended or not, as `schemas/report.schema.json` describes it. */
export function jsonReport(run: Run, extras: ReportExtras): Report {
  return {
    version: 1,
    run: {
      id: run.id, pipeline: run.pipeline, file: run.file,
      status: run.status === 'running' ? 'pending' : run.status, exit_code: run.exitCode,
      started_at: isoTime(run.startedAt), finished_at: isoTime(run.finishedAt),
      duration_ms: run.finishedAt === null ? 0 : Math.max(0, run.finishedAt - run.startedAt),
      isolation: weakestIsolation(run),
      resumes: run.resumes, again: run.again.map(({ node, reason }) => ({ step: node, reason })), resume_after: resumeAfter(run), inputs: run.inputs, outputs: run.outputs,
    },
    git: { base: run.base?.commit ?? null, head: headCommit(run), dirty: run.base?.dirty ?? false },
    ...reportTotals(run),
    models: reportModels(run),
    agents: reportAgents(run),
    steps: reportSteps(run),
    routes: reportRoutes(run),
    assignments: reportAssignments(run),
    exceptions: reportExceptions(run, extras.resume),
    deliveries: reportDeliveries(run),
  }
}

function reportDeliveries(run: Run): Report['deliveries'] {
  return allRuns(run).flatMap(({ run: one, prefix }) => one.deliveries.map(({ node, attempt, at, kind, target, commit, already, url }) => ({
    step: `${prefix}${node}`, attempt, at: isoTime(at), kind, target, commit, already, url: url ?? null,
  })))
}

const ISOLATIONS = ['process', 'namespace', 'sandbox'] as const

/** How well the least guarded agent of a run was locked in. */
function weakestIsolation(run: Run): Report['run']['isolation'] {
  const found = new Set(allNodes(run).map(({ node }) => node.isolation))
  return ISOLATIONS.find((isolation) => found.has(isolation)) ?? null
}

function reportRoutes(run: Run): Report['routes'] {
  return allRuns(run).flatMap(({ run: one, prefix }) => one.routes.map(({ node, attempt, at, route, chosen, reason, excluded, outcome }) => ({
    step: `${prefix}${node}`, attempt, at: isoTime(at), route, chosen, reason, excluded: [...excluded], outcome,
  })))
}

/** The commit of the last passed node, in the order of the plan, that made one. */
function headCommit(run: Run): string | null {
  let head: string | null = null
  for (const step of run.steps.values()) {
    for (const id of step.nodes ?? []) {
      const node = run.nodes.get(id)
      if (node?.status === 'passed' && node.commit !== null) head = node.commit
    }
  }
  return head
}

function resumeAfter({ stopping }: Run): string | null {
  return stopping?.kind === 'quota' || stopping?.kind === 'budget' ? isoTime(stopping.resumeAfter ?? null) : null
}
