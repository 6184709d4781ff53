import { join } from 'node:path'
import type { Files } from '../base/ports.ts'
import type { Result } from '../base/result.ts'
import type { CallFailure, CallSlot, CountOptions, ModelReply, ModelRequest, Provider } from './model.ts'
import { parseRecorded, recordedReply, recordedRequest, recordingFile, redacted } from './recording.ts'
import type { RecordedCall, Redact } from './recording.ts'

/** Files every call of the providers that it wraps under its slot: one file for each node, one line for each call. */
export interface Recorder {
  wrap(provider: Provider): Provider
}

/** Only the last outcome of a slot is kept, so that a replay repeats no failure that was overcome. */
export function createRecorder(folder: string, redact: Redact, files: Files): Recorder {
  const nodes = new Map<string, Promise<readonly RecordedCall[]>>()
  const file = async (call: RecordedCall): Promise<void> => {
    const path = join(folder, recordingFile(call.slot.node))
    // Chained, so that two calls of one node never write at the same time.
    const written = (nodes.get(path) ?? load(path, folder, files)).then(async (before) => {
      const calls = placed(before, call)
      await files.write(path, calls.map((line) => `${JSON.stringify(line)}\n`).join(''))
      return calls
    })
    nodes.set(path, written)
    await written
  }
  return {
    wrap: (provider) => ({
      name: provider.name,
      ...(provider.count === undefined ? {} : { count: async (request: ModelRequest, options: CountOptions) => provider.count?.(request, options) }),
      async call(request, options) {
        const { slot } = options
        if (slot === undefined) throw new Error('a call without a slot cannot be recorded')
        const answer = await provider.call(request, options)
        if (answer.ok || answer.error.reason !== 'aborted') await file(lineOf(slot, request, answer, redact))
        return answer
      },
    }),
  }
}

async function load(path: string, folder: string, files: Files): Promise<readonly RecordedCall[]> {
  await files.makeFolder(folder)
  if ((await files.stat(path)) === undefined) return []
  return (await files.read(path)).split('\n').flatMap((line) => parseRecorded(line) ?? [])
}

/** The first call of an attempt takes the place of all that was recorded from that attempt on. */
function placed(before: readonly RecordedCall[], call: RecordedCall): readonly RecordedCall[] {
  const { attempt, call: number } = call.slot
  const kept = before.filter(({ slot }) => (number === 0 ? slot.attempt < attempt : slot.attempt !== attempt || slot.call !== number))
  return [...kept, call].sort((a, b) => a.slot.attempt - b.slot.attempt || a.slot.call - b.slot.call)
}

function lineOf(slot: CallSlot, request: ModelRequest, answer: Result<ModelReply, CallFailure>, redact: Redact): RecordedCall {
  const { node, attempt, call } = slot
  const asked = { slot: { node, attempt, call }, model: request.model, request: recordedRequest(request, redact) }
  if (answer.ok) return { ...asked, reply: recordedReply(answer.value, redact) }
  const { reason, message, status, dispatched } = answer.error
  return { ...asked, failure: redacted({ reason, message, status, dispatched }, redact) }
}
