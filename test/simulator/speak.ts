import type { Socket } from 'node:net'
import { isError } from './answer.ts'
import type { SimAnswer, SimError, SimEvent, SimRequest, SimUsage, Speech } from './answer.ts'
import { writeChunk, writeHead, writeLastChunk } from './wire.ts'

/** Writes an answer to the socket, up to where its fault is. A stalled answer never resolves: its connection is of no more use. */
export async function speak(
  socket: Socket, speech: Speech, request: SimRequest, answer: SimAnswer, usage: Required<SimUsage>, onPings: (ping: () => void) => void,
): Promise<void> {
  if (isError(answer)) return writeError(socket, answer)
  const { fault } = answer
  if (fault?.kind === 'reset') return void socket.resetAndDestroy()
  if (fault?.kind === 'stall-before-headers') return await never()
  writeHead(socket, 200, { 'content-type': 'text/event-stream', 'transfer-encoding': 'chunked', ...answer.headers })
  const events = speech.events(request, answer, usage)
  const sent = fault !== undefined && 'after' in fault ? events.slice(0, fault.after) : events
  for (const event of sent) writeChunk(socket, eventText(event))
  switch (fault?.kind) {
    case 'stall': case 'linger': return await never()
    case 'pings': {
      onPings(() => writeChunk(socket, speech.ping))
      return await never()
    }
    case 'cut': return void socket.end()
    case 'error-event': writeChunk(socket, eventText(speech.error(fault.code, fault.message))); break
    case 'broken-event': {
      const { event } = events[fault.after] ?? {}
      writeChunk(socket, `${event === undefined ? '' : `event: ${event}\n`}data: {"broken\n\n`)
      for (const rest of events.slice(fault.after + 1)) writeChunk(socket, eventText(rest))
      break
    }
    case 'end': break
    case undefined: if (speech.end !== '') writeChunk(socket, speech.end)
  }
  writeLastChunk(socket)
}

function eventText({ event, data }: SimEvent): string {
  return `${event === undefined ? '' : `event: ${event}\n`}data: ${JSON.stringify(data)}\n\n`
}

function writeError(socket: Socket, answer: SimError): void {
  const body = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body)
  const length = String(Buffer.byteLength(body))
  writeHead(socket, answer.status, { 'content-type': 'application/json', 'content-length': length, ...answer.headers })
  socket.write(body)
}

function never(): Promise<void> {
  return new Promise(() => {})
}
