import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { spawn } from 'node:child_process'
import { buffer, text as textOf } from 'node:stream/consumers'
import { PROGRAM, folderWith, smallEnv, withoutCanaries } from './program.ts'

/** One step of a job, as GitHub's runner performs it: the bundle alone, in a folder where no package is in reach. */
export interface Job {
  readonly event: string
  readonly payload: object
  readonly with: Readonly<Record<string, string>>
  readonly env?: Readonly<Record<string, string>>
  /** What `main` kept for `post`. */
  readonly state?: Readonly<Record<string, string>>
  readonly onStart?: (kill: (signal: NodeJS.Signals) => void) => void
}

export interface JobEnd {
  readonly code: number | null
  /** What the log shows: both streams, as they came. */
  readonly log: string
  readonly outputs: Readonly<Record<string, string>>
  readonly state: Readonly<Record<string, string>>
  readonly summary: string
  readonly masks: readonly string[]
}

/** The bundle as `uses:` brings it. */
export function actionFolder(): string {
  const folder = folderWith({})
  cpSync(dirname(PROGRAM), join(folder, 'dist'), { recursive: true })
  return folder
}

export async function runJob(action: string, cwd: string, job: Job): Promise<JobEnd> {
  const files = folderWith({ output: '', state: '', summary: '', env: '', path: '', 'event.json': JSON.stringify(job.payload) })
  mkdirSync(join(files, 'temp'))
  const env = smallEnv(cwd, {
    ...Object.fromEntries(Object.entries(job.with).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])),
    ...Object.fromEntries(Object.entries(job.state ?? {}).map(([name, value]) => [`STATE_${name}`, value])),
    GITHUB_ACTIONS: 'true', GITHUB_EVENT_NAME: job.event, GITHUB_EVENT_PATH: join(files, 'event.json'), GITHUB_REPOSITORY: 'o/r', GITHUB_REPOSITORY_ID: '1', GITHUB_WORKFLOW: 'w',
    GITHUB_JOB: 'j', GITHUB_REF: 'refs/heads/main', GITHUB_RUN_ID: '100', GITHUB_RUN_ATTEMPT: '1', GITHUB_OUTPUT: join(files, 'output'), GITHUB_STATE: join(files, 'state'),
    GITHUB_STEP_SUMMARY: join(files, 'summary'), GITHUB_ENV: join(files, 'env'), GITHUB_PATH: join(files, 'path'), GITHUB_WORKSPACE: cwd, RUNNER_TEMP: join(files, 'temp'), ...job.env,
  })
  const child = spawn(process.execPath, [join(action, 'dist/action.js')], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const log: Buffer[] = []
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => log.push(chunk))
  job.onStart?.((signal) => child.kill(signal))
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  const text = Buffer.concat(log).toString('utf8')
  // By this command, and by nothing else, GitHub's own runner is told what it shall hide.
  withoutCanaries('log', text.replaceAll(/^::add-mask::.*$/gm, ''))
  const read = (name: string): string => readFileSync(join(files, name), 'utf8')
  return {
    code, log: text, outputs: commandFile(read('output')), state: commandFile(read('state')), summary: read('summary'),
    masks: [...text.matchAll(/^::add-mask::(.*)$/gm)].map(([, value = '']) => value),
  }
}

/** `NAME<<MARK`, the value, `MARK`. */
function commandFile(text: string): Record<string, string> {
  return Object.fromEntries([...text.matchAll(/^([\w-]+)<<(\S+)\n([^]*?)\n\2$/gm)].map(([, name = '', , value = '']) => [name, value]))
}

export interface FakeCache {
  /** The variables by which the runner tells of the service. */
  readonly env: Readonly<Record<string, string>>
  readonly keys: string[]
  close(): Promise<void>
}

/** The cache service of Actions in its second version, as far as `@actions/cache` speaks to it: three questions, and a store of blobs. */
export async function startCache(): Promise<FakeCache> {
  const entries = new Map<string, Buffer>()
  const folder = folderWith({})
  const server = createServer((request, response) => {
    void (async () => {
      const [, blob] = /^\/blob\/([^?]+)/.exec(request.url ?? '') ?? []
      if (blob !== undefined && request.method === 'PUT') {
        entries.set(decodeURIComponent(blob), await buffer(request))
        response.writeHead(201, { etag: '"1"', 'last-modified': new Date().toUTCString(), 'x-ms-request-id': '1' }).end()
        return
      }
      if (blob !== undefined) {
        const bytes = entries.get(decodeURIComponent(blob)) ?? Buffer.alloc(0)
        response.writeHead(200, { 'content-length': String(bytes.length) }).end(request.method === 'HEAD' ? undefined : bytes)
        return
      }
      const asked = JSON.parse(await textOf(request)) as { key: string; restore_keys?: string[] }
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer(request.url ?? '', asked)))
    })()
  })
  const answer = (url: string, { key, restore_keys: prefixes = [] }: { key: string; restore_keys?: string[] }): object => {
    const place = (name: string): string => `${base()}/blob/${encodeURIComponent(name)}`
    if (url.endsWith('/CreateCacheEntry')) return { ok: true, signed_upload_url: place(key) }
    if (url.endsWith('/FinalizeCacheEntryUpload')) {
      keys.push(key)
      return { ok: true, entry_id: String(keys.length) }
    }
    const found = keys.findLast((known) => known === key || prefixes.some((prefix) => known.startsWith(prefix)))
    return found === undefined ? { ok: false } : { ok: true, signed_download_url: place(found), matched_key: found }
  }
  const keys: string[] = []
  const base = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  writeFileSync(join(folder, 'token'), '')
  return {
    env: { ACTIONS_CACHE_SERVICE_V2: 'true', ACTIONS_RESULTS_URL: `${base()}/`, ACTIONS_RUNTIME_TOKEN: 'canary-runtime-token-of-the-test', GITHUB_SERVER_URL: 'https://github.com' },
    keys, close: async () => new Promise((resolve) => { server.closeAllConnections(); server.close(() => resolve()) }),
  }
}
