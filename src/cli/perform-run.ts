import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { createRedactor } from '../base/redact.ts'
import { Engine } from '../run/engine.ts'
import { stepKinds } from '../step/registry.ts'
import { createOutput, SCRATCH } from './output.ts'
import type { RunOrder } from './run-order.ts'
import { listenToSignals } from './signals.ts'
import { createStepWorld } from './step-world.ts'
import { openView, viewSettings } from './view.ts'
import { writeReports } from './write-reports.ts'

/** Performs a run to its end: journal, views, signals, reports, exit code. The folder stays open for the caller to close. */
export async function performRun(order: RunOrder): Promise<number> {
  const { ports, plan, run, folder, options } = order
  const redactor = createRedactor(order.hidden)
  await ports.files.makeFolder(join(folder.path, SCRATCH), 0o700)
  const view = await openView(options.ui, viewSettings(run.id, folder.path, options.stateDir, order.env), ports.clock)
  const world = createStepWorld(order, redactor)
  const engine = new Engine(run, {
    plan,
    facts: order.facts,
    expressions: order.expressions,
    kinds: stepKinds(world),
    concurrency: options.concurrency ?? plan.pipeline.limits.concurrency ?? availableParallelism(),
    clock: ports.clock,
    output: createOutput(folder, redactor, view),
    append: async (events) => folder.journal.append(events),
    redact: (value) => redactor.json(value),
    observe: (event, state) => view.event(event, state),
  })
  const signals = listenToSignals((signal) => engine.stop({ kind: 'signal', signal }))
  try {
    await engine.perform(order.first)
    await folder.saveSnapshot(run)
    await world.close()
    await writeReports(ports.files, folder, run, options, redactor)
    await view.close(run)
    return run.exitCode ?? 1
  } finally {
    signals.stop()
    await ports.files.remove(join(folder.path, SCRATCH))
  }
}
