import type { Run } from './run.ts'
import { loadOf } from './slots.ts'

/** Runs in one process that are done by the same agents: a run and those of its `tasks`. They keep to one bound together. */
export class Family {
  readonly #members = new Map<Run, () => void>()

  /** `wake` is called when an agent of another member has become free. */
  join(run: Run, wake: () => void): void {
    this.#members.set(run, wake)
  }

  leave(run: Run): void {
    this.#members.delete(run)
  }

  /** How many nodes of the other members an agent does now. */
  elsewhere(run: Run, agent: string): number {
    let load = 0
    for (const member of this.#members.keys()) if (member !== run) load += loadOf(member, agent)
    return load
  }

  /** Something has ended in a member. */
  changed(run: Run): void {
    for (const [member, wake] of this.#members) if (member !== run) wake()
  }
}
