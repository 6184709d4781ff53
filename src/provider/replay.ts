import { join } from 'node:path'
import type { Files } from '../base/ports.ts'
import { err, ok } from '../base/result.ts'
import type { Result } from '../base/result.ts'
import { requestDifference } from './difference.ts'
import type { CallFailure, CallSlot, ModelReply, ModelRequest, Provider } from './model.ts'
import { parseRecorded, recordedRequest, recordingFile, replayedReply } from './recording.ts'
import type { RecordedCall, Redact } from './recording.ts'

/** A provider that answers from a recording: without a key, without a network, with the usage that was recorded. */
export function createReplay(name: string, folder: string, redact: Redact, files: Files): Provider {
  const nodes = new Map<string, Promise<readonly RecordedCall[]>>()
  const callsOf = (node: string): Promise<readonly RecordedCall[]> => {
    const path = join(folder, recordingFile(node))
    const calls = nodes.get(path) ?? load(path, files)
    nodes.set(path, calls)
    return calls
  }
  return {
    name,
    async call(request, options) {
      const { slot, signal } = options
      if (slot === undefined) throw new Error('a call without a slot cannot be replayed')
      if (signal.aborted) return err({ ...missing(`the call of provider \`${name}\` was aborted`), reason: 'aborted' })
      const recorded = recordedAt(await callsOf(slot.node), slot)
      const answer = answered(recorded, request, slot, folder, redact)
      if (answer.ok && answer.value.message.text !== '') options.onText?.(answer.value.message.text)
      return answer
    },
    // As it was counted then, so that a call that fits only by its count fits again.
    async count(_request, { slot }) {
      const recorded = slot && recordedAt(await callsOf(slot.node), slot)
      const usage = recorded?.reply?.usage
      return usage && usage.input + usage.cacheRead + usage.cacheWrite
    },
  }
}

function recordedAt(calls: readonly RecordedCall[], { attempt, call }: CallSlot): RecordedCall | undefined {
  return calls.find(({ slot }) => slot.attempt === attempt && slot.call === call)
}

async function load(path: string, files: Files): Promise<readonly RecordedCall[]> {
  if ((await files.stat(path)) === undefined) return []
  return (await files.read(path)).split('\n').flatMap((line) => parseRecorded(line) ?? [])
}

function answered(
  recorded: RecordedCall | undefined, request: ModelRequest, slot: CallSlot, folder: string, redact: Redact,
): Result<ModelReply, CallFailure> {
  const place = `call ${slot.call + 1} of \`${slot.node}\`, attempt ${slot.attempt},`
  const again = `record it again with \`--record ${folder}\``
  if (recorded === undefined) return err(missing(`${place} is not in the recording \`${folder}\`: ${again}`))
  const difference = requestDifference(recorded, request.model, recordedRequest(request, redact))
  if (difference !== undefined) return err(missing(`${place} does not fit the recording, ${difference}: ${again}`))
  if (recorded.reply !== undefined) return ok(replayedReply(recorded.reply))
  if (recorded.failure === undefined) return err(missing(`${place} has no outcome in the recording \`${folder}\`: ${again}`))
  // It was the last word then, so it is not tried again now.
  return err({ ...recorded.failure, status: recorded.failure.status ?? undefined, retryAfterMs: undefined, shouldRetry: false })
}

function missing(message: string): CallFailure {
  return { reason: 'recording-missing', message, status: undefined, retryAfterMs: undefined, dispatched: false }
}
