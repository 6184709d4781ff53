import { spawn } from 'node:child_process'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer, text as textOf } from 'node:stream/consumers'

/** What was asked, in the order in which it came. */
export interface Asked {
  readonly method: string
  readonly path: string
  readonly body: Readonly<Record<string, unknown>>
  readonly authorization: string
}

interface Comment {
  readonly id: number
  body: string
  readonly html_url: string
}

interface Pull {
  readonly number: number
  readonly head: string
  readonly base: string
  title: string
  body: string
  readonly draft: boolean
  labels: { readonly name: string }[]
  readonly html_url: string
}

export interface FakeGithub {
  readonly url: string
  readonly asked: Asked[]
  readonly comments: Map<number, Comment[]>
  readonly pulls: Pull[]
  /** Answers the next questions that fit instead; `done`: the question is carried out first, and its answer lost. */
  fault(fault: Fault): void
  close(): Promise<void>
}

export interface Fault {
  readonly method: string
  readonly path: RegExp
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: object
  readonly done?: boolean
}

/**
 * The part of GitHub that deliveries need, on loopback: issues' comments, pull requests and labels by REST as its published
 * description has them, and git over HTTP by git's own program, for the bare repository `NAME.git` below `repositories`.
 */
export async function startGithub(repositories: string): Promise<FakeGithub> {
  const state = { asked: [] as Asked[], comments: new Map<number, Comment[]>(), pulls: [] as Pull[], faults: [] as Fault[] }
  const server = createServer((request, response) => {
    void (request.url?.includes('.git/') === true ? git(repositories, request, response) : rest(state, request, response))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    ...state, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    fault: (fault) => state.faults.push(fault),
    close: async () => new Promise((resolve) => { server.closeAllConnections(); server.close(() => resolve()) }),
  }
}

type State = Pick<FakeGithub, 'asked' | 'comments' | 'pulls'> & { readonly faults: Fault[] }

async function rest(state: State, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const text = await textOf(request)
  const asked: Asked = { method: request.method ?? '', path: request.url ?? '', body: text === '' ? {} : (JSON.parse(text) as Asked['body']), authorization: request.headers.authorization ?? '' }
  state.asked.push(asked)
  const fault = state.faults.findIndex(({ method, path }) => method === asked.method && path.test(asked.path))
  const [found] = fault === -1 ? [] : state.faults.splice(fault, 1)
  if (!found || found.done === true) {
    const [status, body] = answer(state, asked)
    if (!found) return send(response, status, body)
  }
  if (found.status === 0) return void response.destroy()
  return send(response, found.status, found.body ?? { message: 'refused by the test' }, found.headers)
}

function send(response: ServerResponse, status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(JSON.stringify(body))
}

function answer(state: State, { method, path, body }: Asked): [number, unknown] {
  const url = new URL(path, 'http://github.test')
  const [, issue = ''] = /^\/repos\/o\/r\/issues\/(\d+)\/(?:comments|labels)$/.exec(url.pathname) ?? []
  if (method === 'GET' && url.pathname.endsWith('/comments')) {
    const [size, page] = [Number(url.searchParams.get('per_page') ?? 30), Number(url.searchParams.get('page') ?? 1)]
    return [200, (state.comments.get(Number(issue)) ?? []).slice(size * (page - 1), size * page)]
  }
  if (method === 'POST' && url.pathname.endsWith('/comments')) return [201, addComment(state, Number(issue), String(body.body))]
  const [, comment] = /^\/repos\/o\/r\/issues\/comments\/(\d+)$/.exec(url.pathname) ?? []
  if (method === 'PATCH' && comment !== undefined) {
    const known = [...state.comments.values()].flat().find(({ id }) => id === Number(comment))
    return known ? [200, Object.assign(known, { body: body.body })] : [404, { message: 'Not Found' }]
  }
  if (method === 'POST' && url.pathname.endsWith('/labels')) {
    const pull = state.pulls.find(({ number }) => number === Number(issue))
    pull?.labels.push(...(body.labels as string[]).map((name) => ({ name })))
    return [200, pull?.labels ?? []]
  }
  return pulls(state, method, url, body)
}

export function addComment(state: Pick<FakeGithub, 'comments'>, issue: number, body: string): Comment {
  const all = state.comments.get(issue) ?? []
  const comment = { id: issue * 1000 + all.length, body, html_url: `https://github.test/o/r/issues/${issue}#${all.length}` }
  state.comments.set(issue, [...all, comment])
  return comment
}

function pulls(state: State, method: string, url: URL, body: Asked['body']): [number, unknown] {
  if (method === 'GET' && url.pathname === '/repos/o/r/pulls') {
    const [head, base] = [url.searchParams.get('head'), url.searchParams.get('base')]
    return [200, state.pulls.filter((pull) => `o:${pull.head}` === head && pull.base === base)]
  }
  if (method === 'POST' && url.pathname === '/repos/o/r/pulls') {
    if (state.pulls.some((pull) => pull.head === body.head && pull.base === body.base)) return [422, { message: 'Validation Failed', errors: [{ message: 'A pull request already exists' }] }]
    const number = 7 + state.pulls.length
    const pull = { number, head: String(body.head), base: String(body.base), title: String(body.title), body: String(body.body), draft: body.draft === true, labels: [], html_url: `https://github.test/o/r/pull/${number}` }
    state.pulls.push(pull)
    return [201, pull]
  }
  const pull = state.pulls.find(({ number }) => url.pathname === `/repos/o/r/pulls/${number}`)
  return method === 'PATCH' && pull ? [200, Object.assign(pull, body)] : [404, { message: 'Not Found' }]
}

/** Git's own server program, behind the password that a token is. */
async function git(root: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.headers.authorization === undefined) {
    response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' })
    response.end()
    return
  }
  const [path = '', query = ''] = (request.url ?? '').split('?')
  const env = {
    PATH: process.env.PATH ?? '', GIT_PROJECT_ROOT: root, GIT_HTTP_EXPORT_ALL: '1', REMOTE_USER: 'x-access-token', PATH_INFO: path.replace(/^\/o\//, '/'), QUERY_STRING: query,
    REQUEST_METHOD: request.method ?? '', CONTENT_TYPE: request.headers['content-type'] ?? '', REMOTE_ADDR: '127.0.0.1',
    HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '', GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
  }
  const child = spawn('git', ['http-backend'], { env, stdio: ['pipe', 'pipe', 'inherit'] })
  request.pipe(child.stdin)
  child.stdin.on('error', () => {})
  const output = await buffer(child.stdout)
  const end = output.indexOf('\r\n\r\n')
  const headers = Object.fromEntries(output.subarray(0, end).toString('latin1').split('\r\n').map((line) => line.split(/:\s*/, 2) as [string, string]))
  const { Status: status = '200', ...others } = headers
  response.writeHead(Number.parseInt(status, 10), others)
  response.end(output.subarray(end + 4))
}
