import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startGithub } from '../rig/github.ts'
import type { FakeGithub } from '../rig/github.ts'
import { folderWith, git, orchRun, removeFolders, repositoryWith } from '../rig/program.ts'
import { runFor } from '../rig/report.ts'
import { PLAIN_CALLS, strace } from './calls.ts'
import { launch } from './scene.ts'
import { inTurns, isFull } from './volume.ts'

afterAll(removeFolders)

const PIPELINE = `
checks: { good: { kind: custom, run: grep -q better a.txt } }
agents: { bot: { executor: command, command: [bash, -c, 'echo better > a.txt; echo done'] } }
steps:
  fix: { agent: bot, prompt: Work., verify: good }
  gate: { needs: fix, approve: Ship it? }
  ship:
    needs: [fix, gate]
    deliver:
      patch: out.patch
      branch: delivered
      pull_request: { title: Mend it, base: main, branch: orch/fix, labels: [automated] }
      comment: Done.
`

/** Calls that change a file system, talk to somebody, start a program, or hear what became of it. */
const CALLS = [
  'fsync', 'fdatasync', 'rename', 'link', 'symlink', 'unlink', 'rmdir', 'mkdir', 'ftruncate', 'copy_file_range', 'fchmod', 'chmod', 'lchown', 'utimensat', 'pwrite64',
  'connect', 'socket', 'shutdown', 'vfork', 'clone', 'clone3', 'wait4', 'pipe2', 'writev', 'write', 'read',
]

/** Everything up to the delivery, done once: the run waits, and was told to go on. */
interface Prepared {
  readonly folder: string
  readonly remote: string
}

let prepared: Prepared
beforeAll(async () => {
  const remote = join(folderWith({}), 'r.git')
  mkdirSync(remote)
  execFileSync('git', ['init', '-q', '--bare', '-b', 'main', remote])
  execFileSync('git', ['-C', remote, 'config', 'http.receivepack', 'true'])
  const folder = repositoryWith({ 'p.yml': PIPELINE, 'a.txt': 'bad\n', 'event.json': JSON.stringify({ issue: { number: 3, author_association: 'OWNER' }, comment: { author_association: 'OWNER' }, repository: { full_name: 'o/r' } }) })
  git(folder, 'push', '-q', remote, 'main')
  const env = { GITHUB_TOKEN: 'canary-token-of-nobody', GITHUB_REPOSITORY: 'o/r', GITHUB_API_URL: 'http://127.0.0.1:1' }
  await runFor(6, folder, ['p.yml', '--run-id', 'r1'], { env })
  expect((await orchRun({ cwd: folder, args: ['approve', 'r1', 'gate', '--by', 'me'], env })).code).toBe(0)
  prepared = { folder, remote }
})

interface World extends Prepared {
  readonly github: FakeGithub
  readonly env: Readonly<Record<string, string>>
}

/** A copy of all that, with a GitHub of its own. */
async function worldOf(): Promise<World> {
  const top = folderWith({})
  const [folder, remote] = [join(top, 'work'), join(top, 'r.git')]
  cpSync(prepared.folder, folder, { recursive: true, verbatimSymlinks: true })
  cpSync(prepared.remote, remote, { recursive: true })
  const github = await startGithub(top)
  const env = { GITHUB_TOKEN: 'canary-token-of-nobody', GITHUB_REPOSITORY: 'o/r', GITHUB_SERVER_URL: github.url, GITHUB_API_URL: github.url, GITHUB_EVENT_NAME: 'issue_comment', GITHUB_EVENT_PATH: join(folder, 'event.json') }
  return { folder, remote, github, env }
}

function resume(world: World, under: readonly string[]): ReturnType<typeof launch> {
  return launch({ folder: world.folder, state: join(world.folder, '.orch-run') }, { args: ['resume', 'r1', '--json'], under, env: { ...world.env, ...PLAIN_CALLS } })
}

/** Each call from when the delivery begins; what comes before is the beginning of any resume. */
async function everyPoint(): Promise<(readonly [call: string, count: number])[]> {
  const world = await worldOf()
  const trace = join(folderWith({}), 'trace')
  await resume(world, strace(trace, '-s', '4000', '-e', `trace=${CALLS.join(',')}`))
  await world.github.close()
  const counts = new Map<string, number>()
  let begun: Map<string, number> | undefined
  const lines = readFileSync(trace, 'latin1').split('\n')
  // It shows what was sent, the token too.
  rmSync(trace)
  for (const line of lines) {
    const key = /^(\d+ +\w+)\(/.exec(line)?.[1]
    if (key !== undefined) counts.set(key, (counts.get(key) ?? 0) + 1)
    if (/attempt-started[^]*ship/.test(line)) begun ??= new Map(counts)
  }
  expect(begun).toBeDefined()
  const points = [...counts].flatMap(([key, most]) => Array.from({ length: most - (begun?.get(key) ?? 0) + 1 }, (_, index) => `${key.split(/ +/)[1] ?? ''} ${(begun?.get(key) ?? 0) + index}`))
  return [...new Set(points)].map((point) => point.split(' ')).flatMap(([call = '', count]) => (Number(count) > 0 ? [[call, Number(count)] as const] : []))
}

function refOf(folder: string, ref: string): string | undefined {
  const found = spawnSync('git', ['rev-parse', '-q', '--verify', ref], { cwd: folder, encoding: 'utf8' })
  return found.status === 0 ? found.stdout.trim() : undefined
}

/** What is delivered now, each part whole or not at all. */
function parts({ folder, remote, github }: World): Readonly<Record<string, readonly unknown[]>> {
  const found = (value: unknown): readonly unknown[] => (value === undefined ? [] : [value])
  return {
    patch: found(existsSync(join(folder, 'out.patch')) ? readFileSync(join(folder, 'out.patch'), 'utf8') : undefined),
    branch: found(refOf(folder, 'refs/heads/delivered')), pushed: found(refOf(remote, 'refs/heads/orch/fix')),
    pulls: github.pulls.map(({ title, head, base }) => [title, head, base]), comments: (github.comments.get(3) ?? []).map(({ body }) => body),
  }
}

async function tryPoint(model: ReturnType<typeof parts>, call: string, count: number): Promise<{ readonly kind: string; readonly wrong: readonly string[] }> {
  const world = await worldOf()
  const killed = await resume(world, strace('/dev/null', '-e', `trace=${call}`, '-e', `inject=${call}:signal=SIGKILL:when=${count}`))
  const wrong: string[] = []
  const between = parts(world)
  for (const [name, values] of Object.entries(between)) if (values.length > 0 && JSON.stringify(values) !== JSON.stringify(model[name])) wrong.push(`after the kill ${name} is ${JSON.stringify(values)}`)
  for (let again = 0; again < 2; again += 1) {
    const resumed = await resume(world, [])
    if (resumed.code !== 0) wrong.push(`the resume ended with ${resumed.code ?? resumed.signal}: ${resumed.stderr}`)
  }
  if (JSON.stringify(parts(world)) !== JSON.stringify(model)) wrong.push(`in the end there is ${JSON.stringify(parts(world))}`)
  const labels = world.github.pulls.flatMap((pull) => pull.labels.map(({ name }) => name))
  if (JSON.stringify(labels) !== '["automated"]') wrong.push(`the labels are ${JSON.stringify(labels)}`)
  const status = git(world.folder, 'status', '--porcelain')
  if (status !== '?? out.patch\n') wrong.push(`the checkout: ${status}`)
  const locks = [join(world.folder, '.git'), world.remote].flatMap((top) => readdirSync(top, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.lock')))
  wrong.push(...locks.map((path) => `${path} is left`))
  await world.github.close()
  const kind = killed.signal === null && killed.code === 0 ? 'undisturbed' : Object.values(between).every((values) => values.length === 0) ? 'nothing yet' : Object.keys(model).every((name) => between[name]?.length === model[name]?.length) ? 'all' : 'a part'
  return { kind, wrong: wrong.map((words) => `${call} ${count}: ${words}`) }
}

describe.skipIf(spawnSync('strace', ['-V']).status !== 0)('a delivery that is killed (needs strace)', () => {
  it('is never made twice and never by half, and the next resume completes it', { timeout: 5_400_000 }, async () => {
    const undisturbed = await worldOf()
    expect((await resume(undisturbed, [])).code).toBe(0)
    const model = parts(undisturbed)
    await undisturbed.github.close()
    expect(Object.values(model).map((values) => values.length)).toEqual([1, 1, 1, 1, 1])
    const every = await everyPoint()
    const few = every.filter((_, index) => index % Math.ceil(every.length / 8) === 0)
    const kinds: Record<string, number> = {}
    const wrong = await inTurns(isFull ? every : few, async ([call, count]) => {
      const tried = await tryPoint(model, call, count)
      kinds[tried.kind] = (kinds[tried.kind] ?? 0) + 1
      return tried.wrong
    })
    console.log(`a delivery killed at ${isFull ? every.length : few.length} of ${every.length} calls:`, kinds)
    expect(wrong).toEqual([])
    // Of a few, most die at all; of all, some die between two targets.
    expect(isFull ? (kinds['a part'] ?? 0) : few.length - (kinds.undisturbed ?? 0) - 3).toBeGreaterThan(0)
  })
})
