import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { createGrowingRedactor } from '../base/growing-redactor.ts'
import type { Ports } from '../base/ports.ts'
import { settleEngine } from '../host/engine-flags.ts'
import { sweepTree } from '../host/processes.ts'
import { Engine } from '../run/engine.ts'
import type { Run } from '../run/run.ts'
import { steadyClock } from '../run/steady-clock.ts'
import { stepKinds } from '../step/registry.ts'
import { EXIT } from './exit-code.ts'
import { openCache } from './open-cache.ts'
import { createOutput, SCRATCH } from './output.ts'
import type { RunOrder } from './run-order.ts'
import { endWithoutLeaks } from './leaks.ts'
import { createStepWorld } from './step-world.ts'
import { closeTelemetry, openTelemetry } from './telemetry.ts'
import { openView, viewSettings } from './view.ts'
import { allReports, writeReports } from './write-reports.ts'

/** How long the attempts may take to end after they were asked to: their children get 5 s of it. */
const PATIENCE_MS = 6200

/**
 * Performs a run to its end: journal, views, signals, reports, exit code. The folder stays open for the caller to close. Where
 * the system refuses what must be written, children, worktrees and the view are put away all the same, and a `PortError` tells why.
 */
export async function performRun(order: RunOrder): Promise<number> {
  const { ports, plan, run, folder, options } = order
  settleEngine()
  const redactor = createGrowingRedactor(order.hidden)
  await ports.files.makeFolder(join(folder.path, SCRATCH), 0o700)
  const view = await openView(options.ui, viewSettings(run.id, folder.path, options.stateDir, order.env), ports.clock)
  const cache = await openCache(order)
  await cache?.open()
  await cache?.look()
  const world = createStepWorld(order, redactor, cache)
  const telemetry = await openTelemetry(order)
  const engine = new Engine(run, {
    plan,
    facts: order.facts,
    earlier: order.earlier,
    lost: order.lost,
    expressions: order.expressions,
    kinds: stepKinds(world),
    prefix: '',
    patienceMs: PATIENCE_MS,
    concurrency: options.concurrency ?? plan.pipeline.limits.concurrency ?? availableParallelism(),
    clock: steadyClock(ports.clock),
    output: createOutput(folder, redactor, view),
    append: async (events) => folder.journal.append(events),
    redact: (value) => redactor.json(value),
    observe: (event, state) => {
      view.event(event, state)
      telemetry?.event(event, state)
    },
  })
  let cancelImpatience = (): void => {}
  order.signals.onFirst((signal) => {
    engine.stop({ kind: 'signal', signal })
    cancelImpatience = ports.clock.after(GIT_PATIENCE_MS, () => void endGit(ports))
  })
  const performed = engine.perform(order.first).finally(() => cancelImpatience())
  await inTurn([
    async () => {
      await performed
      // What a step had said before a called pipeline made a secret of it cannot be taken back, and was none then.
      const known = createGrowingRedactor(order.hidden)
      if (order.hidden.length > 0) await endWithoutLeaks(ports.files, folder, run, { ...redactor, leaks: (text) => known.leaks(text) }, () => ports.clock.now())
    },
    async () => folder.saveSnapshot(await performed),
    async () => endAbandoned(ports, run),
    async () => world.close(),
    async () => cache?.close(),
    async () => writeReports(ports.files, folder, await performed, { ...options, reports: allReports(options.report, plan.pipeline.reports) }, redactor),
    async () => view.close(run),
    async () => closeTelemetry(telemetry),
    async () => ports.files.remove(join(folder.path, SCRATCH)),
  ])
  return run.exitCode ?? EXIT.failed
}

/** Git is not asked to stop with the rest: it ends soon by itself, unless it has very much to lay. */
const GIT_PATIENCE_MS = 3000

async function endGit({ owners, clock }: Ports): Promise<void> {
  const { tree } = owners.self()
  if (tree !== undefined) await sweepTree(`${tree}/git`, LAST_GRACE_MS, clock)
}

/** How long what was given up may take to end after it was asked to. */
const LAST_GRACE_MS = 200

/** Of a run that was stopped, what its attempts did not end in time: a git that still lays files, say. */
async function endAbandoned(ports: Ports, run: Run): Promise<void> {
  const { tree } = ports.owners.self()
  if (run.stopping !== null && tree !== undefined) await sweepTree(tree, LAST_GRACE_MS, ports.clock)
}

/** Every one of these is tried, whatever became of those before it; the first exception is the one that is told. */
async function inTurn(acts: readonly (() => Promise<void>)[]): Promise<void> {
  const failures: unknown[] = []
  for (const act of acts) await act().catch((error: unknown) => failures.push(error))
  if (failures.length > 0) throw failures[0]
}
