import type { Appender } from '../base/ports.ts'
import type { Recorded } from '../run/event.ts'
import { journalLine } from './journal-text.ts'
import type { JournalFile } from './store.ts'

/** The open journal of a run. */
export class Journal implements JournalFile {
  readonly #file: Appender
  #next: number
  #broken = false
  #isEmpty: boolean

  constructor(file: Appender, events: number) {
    this.#file = file
    this.#next = events + 1
    this.#isEmpty = events === 0
  }

  /** No event of it is durable, so nothing was acted upon. */
  get isEmpty(): boolean {
    return this.#isEmpty
  }

  async append(events: readonly Recorded[]): Promise<void> {
    if (this.#broken) throw new Error('the journal is written to although an earlier write failed')
    for (const event of events) {
      if (event.seq !== this.#next) throw new Error(`the journal was handed event ${event.seq} instead of ${this.#next}`)
      this.#next += 1
    }
    // After a failed write or flush nobody knows what is on the disk: whatever came behind it could follow a torn line.
    this.#broken = true
    await this.#file.write(events.map(journalLine).join(''))
    await this.#file.sync()
    this.#broken = false
    this.#isEmpty = false
  }

  async close(): Promise<void> {
    await this.#file.close()
  }
}
