/** Many writers, one reader: what the running attempts tell the engine, in one total order. */
export class Inbox<T> {
  #items: T[] = []
  #wake: (() => void) | undefined

  put(item: T): void {
    this.#items.push(item)
    this.#wake?.()
    this.#wake = undefined
  }

  /** All that has come since the last call; waits while there is nothing. Only one reader may wait at a time. */
  async take(): Promise<T[]> {
    if (this.#items.length === 0) await new Promise<void>((resolve) => (this.#wake = resolve))
    const items = this.#items
    this.#items = []
    return items
  }
}
