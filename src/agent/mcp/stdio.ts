import { ReadBuffer, serializeMessage } from '@modelcontextprotocol/sdk/shared/stdio.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js'
import type { Child, ChildInput, Clock, Command, Processes } from '../../base/ports.ts'
import { shortLine } from '../excerpt.ts'

/** What a server is given to end by itself once its input has ended, and then between being asked to stop and being killed. */
const GRACE_MS = 1000

/** So many characters of what it said last are kept. */
const MOST_WORDS = 4000

/** A server that is a program, spoken to on its standard input and output. */
export interface StdioTransport extends Transport {
  /** The last line that it wrote on its standard error. */
  lastWords(): string
}

/** The program is started in the way of `processes`. What it prints that is no message is passed over: some greet people there. */
export function createStdioTransport(processes: Processes, clock: Clock, command: Pick<Command, 'argv' | 'cwd' | 'env'>): StdioTransport {
  const buffer = new ReadBuffer()
  let child: Child | undefined
  let input: ChildInput | undefined
  let words = ''
  let isOver = false

  const over = (): void => {
    if (isOver) return
    isOver = true
    transport.onclose?.()
  }
  const hear = (chunk: Buffer): void => {
    if (isOver) return
    try {
      buffer.append(chunk)
    } catch (error) {
      transport.onerror?.(error as Error)
      void transport.close()
      return
    }
    for (let message = read(buffer); message !== null; message = read(buffer)) if (message !== 'noise') transport.onmessage?.(message)
  }
  const transport: StdioTransport = {
    async start() {
      // Started by us, a shell finds a socket as its input and would read the user's start-up files as if it came over a network.
      const env = { ...command.env, SHLVL: command.env['SHLVL'] ?? '1' }
      child = await processes.start({
        ...command, env, onInput: (pipe) => void (input = pipe), onStdout: hear,
        onStderr: (chunk) => void (words = `${words}${chunk.toString('utf8')}`.slice(-MOST_WORDS)),
      })
      void child.ended.then(over, over)
    },
    async send(message) {
      if (isOver) throw new Error('the server has ended')
      input?.write(serializeMessage(message))
    },
    async close() {
      over()
      if (!child) return
      input?.end()
      const { promise, resolve } = Promise.withResolvers<void>()
      const cancel = clock.after(GRACE_MS, resolve)
      await Promise.race([child.ended.catch(() => {}), promise])
      cancel()
      await child.stop(GRACE_MS)
    },
    lastWords: () => shortLine(words.trimEnd().split('\n').at(-1) ?? '', 300),
  }
  return transport
}

function read(buffer: ReadBuffer): JSONRPCMessage | 'noise' | null {
  try {
    return buffer.readMessage()
  } catch {
    return 'noise'
  }
}
