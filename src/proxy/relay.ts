import type { Usage } from '../provider/model.ts'
import { createEventStream } from './event-stream.ts'
import type { UsageReader } from './protocol.ts'

/** Who listens to an answer on its way. */
export interface Listener {
  readonly reader: UsageReader
  /** Something was said. */
  event(this: void): void
  /** The last thing was said. */
  complete(this: void): void
}

/** An answer in one piece is read up to so many bytes. */
const LONGEST = 67_108_864

/**
 * The body of an answer, passed on as it comes. `ended` is called once, with the usage if the answer came whole, and is waited for
 * before the end is told: the next request finds its money free again.
 */
export function relay(response: Response, listener: Listener, ended: (usage: Usage | undefined) => Promise<void>): ReadableStream<Uint8Array> {
  const source = ((response.body ?? new Blob([]).stream()) as ReadableStream<Uint8Array>).getReader()
  const listen = isStream(response) ? eventListener(listener) : wholeListener(listener)
  let isOver = false
  const end = async (): Promise<Usage | undefined> => {
    const usage = listen.end()
    if (!isOver) {
      isOver = true
      await ended(usage)
    }
    return usage
  }
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await source.read()
        if (!done) {
          listen.piece(value)
          return controller.enqueue(value)
        }
      } catch (error) {
        // What comes after the last event, or does not come, does not unmake the answer.
        if ((await end()) === undefined) return controller.error(error)
        return controller.close()
      }
      await end()
      controller.close()
    },
    async cancel() {
      await source.cancel().catch(() => {})
      await end()
    },
  }, { highWaterMark: 0 })
}

interface Listening {
  piece(bytes: Uint8Array): void
  end(): Usage | undefined
}

function eventListener({ reader, event, complete }: Listener): Listening {
  const stream = createEventStream((data) => {
    const value = parsed(data)
    if (value === undefined) return
    event()
    if (safely(() => reader.event(value)) === true) complete()
  })
  return { piece: (bytes) => stream.push(bytes), end: () => safely(() => reader.usage()) }
}

function wholeListener({ reader, event }: Listener): Listening {
  const pieces: Uint8Array[] = []
  let length = 0
  let isRead = false
  return {
    piece(bytes) {
      event()
      length += bytes.length
      if (length <= LONGEST) pieces.push(bytes)
    },
    end() {
      if (!isRead && length <= LONGEST) safely(() => reader.whole(parsed(Buffer.concat(pieces).toString('utf8'))))
      isRead = true
      return safely(() => reader.usage())
    },
  }
}

function isStream(response: Response): boolean {
  return (response.headers.get('content-type') ?? '').includes('text/event-stream')
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

/** An answer of another form than its vendor's tells nothing, and is then charged with all that was held for it. */
function safely<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof TypeError) return undefined
    throw error
  }
}
