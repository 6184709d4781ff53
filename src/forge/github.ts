import type { Clock, Http } from '../base/ports.ts'
import { err, ok } from '../base/result.ts'
import type { Result } from '../base/result.ts'
import type { Json } from '../base/json.ts'
import type { Answer } from './answer.ts'
import type { ForgeRepository } from './repository.ts'
import { waitFor } from './wait-for.ts'

/** What GitHub refused, or that it cannot be reached. */
export interface ForgeFailure {
  /** Of the last answer; null where there was none. */
  readonly status: number | null
  readonly message: string
}

export interface Github {
  /** Paths begin with `/`; `{repository}` stands for that of the run. */
  ask(method: 'GET' | 'POST' | 'PATCH', path: string, body?: Json): Promise<Result<unknown, ForgeFailure>>
}

/** Requests in all for one question: what is limited or broken for longer than that is told instead. */
const MOST_ATTEMPTS = 4
const TIMEOUT_MS = 30_000
/** A limit that ends later than this ends the step. */
const LONGEST_WAIT_MS = 60_000

/**
 * GitHub's REST API for one repository. Limits are waited for as GitHub asks for it. Only what can be repeated is: after a lost
 * answer to a `POST` nobody knows whether it was done, so the caller has to look before it tries again.
 */
export function createGithub(http: Http, clock: Clock, repository: ForgeRepository, signal: AbortSignal): Github {
  const headers = {
    accept: 'application/vnd.github+json', authorization: `Bearer ${repository.token}`, 'user-agent': 'orch-run', 'x-github-api-version': '2022-11-28',
    'content-type': 'application/json',
  }
  return {
    async ask(method, path, body) {
      const url = `${repository.api}${path.replace('{repository}', repository.name)}`
      for (let attempt = 1; ; attempt += 1) {
        const answer = await send(http, url, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) }, signal)
        if (answer.status !== null && answer.status < 300) return ok(answer.value)
        const wait = attempt < MOST_ATTEMPTS && !signal.aborted ? waitFor(answer, method, attempt, clock.now()) : undefined
        if (wait === undefined || wait > LONGEST_WAIT_MS) return err({ status: answer.status, message: told(method, path, answer) })
        await pause(clock, wait, signal)
      }
    },
  }
}

async function send(http: Http, url: string, init: RequestInit, signal: AbortSignal): Promise<Answer> {
  try {
    const response = await http.fetch(url, { ...init, redirect: 'error', signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]) })
    return { status: response.status, headers: response.headers, value: parsed(await response.text()), fault: undefined }
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : undefined
    return { status: null, headers: new Headers(), value: null, fault: cause ?? (error instanceof Error ? error.message : String(error)) }
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function told(method: string, path: string, { status, value, fault }: Answer): string {
  const said = typeof value === 'object' && value !== null && 'message' in value && typeof value.message === 'string' ? `: ${value.message}` : ''
  const what = `${method} ${path.replace('{repository}', '…').replace(/\?.*$/, '')}`
  return status === null ? `GitHub cannot be reached (${what}): ${fault ?? 'no answer'}` : `GitHub answered ${status} to ${what}${said}`
}

async function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const cancel = clock.after(ms, resolve)
    signal.addEventListener('abort', () => { cancel(); resolve() }, { once: true })
  })
}
