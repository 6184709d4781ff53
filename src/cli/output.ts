import { join, sep } from 'node:path'
import type { JsonObject } from '../base/json.ts'
import type { Appender } from '../base/ports.ts'
import type { Redactor } from '../base/redact.ts'
import type { AttemptOutput } from '../run/surroundings.ts'
import type { RunFolder } from '../store/store.ts'
import type { View } from '../ui/view.ts'

/** The folder below a run's own where scripts leave their outputs; it goes with the end of the run. */
export const SCRATCH = 'outputs'

/** The side channel of output: redacted, then to the attempt's log and, line by line, to the view. */
export function createOutput(folder: RunFolder, redactor: Redactor, view: View): AttemptOutput {
  const open = new Map<string, Channel>()
  const channel = (node: string, attempt: number): Channel => {
    const key = `${node}#${attempt}`
    const known = open.get(key) ?? new Channel(node, attempt, folder, redactor, view)
    open.set(key, known)
    return known
  }
  return {
    chunk: (node, attempt, stream, chunk) => channel(node, attempt).chunk(stream, chunk),
    transcript: (node, attempt, entry) => channel(node, attempt).transcript(entry),
    activity: (node, text) => view.activity(node, redactor.text(text)),
    keep: async (node, attempt, name, text) => folder.keep(node, attempt, name, redactor.text(text)),
    outputFile: (node, attempt) => outputFile(folder, node, attempt),
    artifactsFolder: (node, attempt) => join(folder.attemptPath(node, attempt), 'artifacts'),
    async end(node, attempt) {
      const ended = open.get(`${node}#${attempt}`)
      open.delete(`${node}#${attempt}`)
      await ended?.end()
    },
  }
}

/** One flat name for each attempt: a folder of its own would cost every step a system call, and most leave nothing. */
function outputFile(folder: RunFolder, node: string, attempt: number): string {
  return join(folder.path, SCRATCH, `${folder.attemptPath(node, attempt).split(sep).slice(-2).join('.')}.outputs`)
}

/** All output of one attempt. Files are opened at the first byte: most steps of most pipelines print nothing. */
class Channel {
  readonly #node: string
  readonly #view: View
  readonly #redactor: Redactor
  readonly #open: (name: string) => Promise<Appender>
  readonly #streams = new Map<'stdout' | 'stderr', Stream>()
  readonly #files = new Map<string, Promise<Appender>>()
  #writes: Promise<void> = Promise.resolve()

  constructor(node: string, attempt: number, folder: RunFolder, redactor: Redactor, view: View) {
    this.#node = node
    this.#view = view
    this.#redactor = redactor
    this.#open = async (name) => folder.log(node, attempt, name)
  }

  chunk(name: 'stdout' | 'stderr', chunk: string): void {
    const known = this.#streams.get(name) ?? { redact: this.#redactor.stream(), rest: '' }
    this.#streams.set(name, known)
    this.#pass(name, known, known.redact.push(chunk))
  }

  transcript(entry: JsonObject): void {
    this.#write('transcript.ndjson', `${JSON.stringify(this.#redactor.json(entry))}\n`)
  }

  async end(): Promise<void> {
    for (const [name, stream] of this.#streams) {
      this.#pass(name, stream, stream.redact.end())
      if (stream.rest !== '') this.#view.output(this.#node, name, stream.rest)
    }
    await this.#writes
    for (const file of this.#files.values()) await (await file).close()
  }

  #pass(name: 'stdout' | 'stderr', stream: Stream, text: string): void {
    if (text === '') return
    this.#write(`${name}.log`, text)
    const lines = (stream.rest + text).split('\n')
    stream.rest = lines.pop() ?? ''
    for (const line of lines) this.#view.output(this.#node, name, line)
  }

  #write(name: string, text: string): void {
    const file = this.#files.get(name) ?? this.#open(name)
    this.#files.set(name, file)
    this.#writes = this.#writes.then(async () => (await file).write(text))
    // The failure is told when the attempt ends; until then it must not count as unhandled.
    this.#writes.catch(() => {})
  }
}

interface Stream {
  readonly redact: ReturnType<Redactor['stream']>
  rest: string
}
