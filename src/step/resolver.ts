import type { AgentDone } from '../agent/agent.ts'
import { err, ok } from '../base/result.ts'
import type { Result } from '../base/result.ts'
import type { AgentSpec } from '../pipeline/pipeline.ts'
import type { AttemptIo, AttemptResult, AttemptTask } from '../run/contract.ts'
import type { Failure } from '../run/failure.ts'
import type { Source } from '../run/sources.ts'
import type { Knot, Workspaces } from '../workspace/workspace.ts'
import { collectPlace } from './commit.ts'
import type { Author } from './commit.ts'
import { converse, supervise } from './converse.ts'
import type { Talk } from './converse.ts'
import { deniedChange } from './denied-change.ts'
import { layVersions, leftOver, removeVersions } from './knot-versions.ts'
import { leakIn } from './leak.ts'
import { knotPrompt, leftPrompt } from './resolver-prompt.ts'
import { openTreePlace, restore, setUp } from './tree-place.ts'
import type { TreePlace } from './tree-place.ts'
import type { StepWorld } from './world.ts'

/** An agent that brings changes together: one conversation in one worktree, however many contradictions and repairs there are. */
export interface Resolver {
  readonly agent: string
  /** The tree that is to stand where changes contradict each other. */
  resolve(knot: Knot, sources: readonly Source[]): Promise<Result<string, Failure>>
  /** Its worktree, with the files of a commit, set up for it. */
  at(commit: string): Promise<Result<TreePlace, Failure>>
  /** Has it work in its worktree; why that came to nothing, if it did. */
  ask(message: string): Promise<Failure | undefined>
  /** For the trailers of what it had a part in; empty where it had none. */
  author(): Author
  /** How well it was locked in; undefined where it started no program. */
  isolation(): Promise<AttemptResult['isolation']>
  leave(): Promise<void>
}

interface Settings {
  readonly agent: AgentSpec
  /** How often it is sent back where it left something. */
  readonly repair: number
}

/** Nothing is opened, and nobody asked, before there is something to resolve. */
export function createResolver(world: StepWorld, task: AttemptTask, io: AttemptIo, workspaces: Workspaces, { agent, repair }: Settings): Resolver {
  let place: TreePlace | undefined
  let talk: Talk | undefined
  let last: AgentDone | undefined
  const supervised = supervise(world, task, io, agent)
  supervised.watch.pause()
  const author = (): Author => (last === undefined ? {} : { agent: agent.name, model: last.model })

  const open = async (commit: string): Promise<Result<TreePlace, Failure>> => {
    const opened = await openTreePlace(world, task, io, workspaces, [commit])
    if (opened.ok) place = opened.value
    return opened
  }
  const ask = async (message: string): Promise<Failure | undefined> => {
    if (!place) return { code: 'internal', message: 'the resolver has no place to work at' }
    const over = talk?.over()
    if (over) return over
    const isFirst = talk === undefined
    const opened = talk ? ok(talk) : await converse({ world, task, io, place, agent, ...supervised }, { prompt: message, outputs: {}, seat: '~resolver' })
    if (!opened.ok) return opened.error
    talk = opened.value
    io.activity(`${agent.name} is resolving`)
    if (isFirst) supervised.watch.resume()
    const done = await (isFirst ? talk.start() : talk.continue(message))
    if (!done.ok) return done.error
    last = done.value
    return undefined
  }
  const site = { world, task, workspaces, agent, ask, author }

  return {
    agent: agent.name,
    async resolve(knot, sources) {
      const at = place ? ok(place) : await open(knot.commits.ours)
      if (!at.ok) return at
      const failure = await restore(at.value, knot.tree)
      if (failure) return err(failure)
      let message = (versions: string): string => knotPrompt(knot, sources, versions)
      for (let round = 0; ; round += 1) {
        const worked = await workOn(site, knot, at.value, message)
        if (!worked.ok) return worked
        const { tree, left } = worked.value
        if (left.length === 0) return ok(tree)
        if (round >= repair) return err(unresolved(agent.name, knot, left))
        message = () => leftPrompt(left)
      }
    },
    async at(commit) {
      if (!place) return open(commit)
      const failure = (await restore(place, commit)) ?? (await setUp(world, task, io, place.worktree.workspace))
      return failure ? err(failure) : ok(place)
    },
    ask,
    author,
    isolation: async () => place?.enclosures.isolation(),
    async leave() {
      supervised.watch.stop()
      await talk?.close?.()
      await place?.leave()
    },
  }
}

type Site = Pick<Resolver, 'ask' | 'author'> & { readonly world: StepWorld; readonly task: AttemptTask; readonly workspaces: Workspaces; readonly agent: AgentSpec }

/** One round: the tree that it left, and what of the contradiction is in it still. */
async function workOn(
  { world, task, workspaces, agent, ask, author }: Site, knot: Knot, place: TreePlace, message: (versions: string) => string,
): Promise<Result<{ tree: string; left: readonly string[] }, Failure>> {
  const { files } = world.ports
  const versions = await layVersions(files, place.root, knot)
  const failure = await ask(message(versions))
  await removeVersions(files, place.root, versions)
  if (failure) return err(failure)
  const collected = await collectPlace(task, place, author())
  if (!collected.ok) return collected
  const { tree } = collected.value
  const denied = deniedChange(world, agent, await workspaces.changes(knot.tree, tree)) ?? (await leakIn(world, workspaces, knot.tree, tree))
  if (denied) return err(denied)
  const paths = [...new Set([...knot.files.map(({ path }) => path), ...knot.aside])]
  const contents = new Map((await workspaces.contents(tree, paths)).map((content, index) => [paths[index] ?? '', content]))
  return ok({ tree, left: leftOver(knot, (path) => contents.get(path)?.toString('utf8')) })
}

function unresolved(agent: string, { conflicts }: Knot, left: readonly string[]): Failure {
  const files = left.slice(0, 5).map((path) => `\`${path}\``).join(', ')
  const message = `the resolver \`${agent}\` left contradictions in ${files}${left.length > 5 ? ` and ${left.length - 5} more` : ''}`
  return { code: 'merge-conflict', message, files: [...left], conflicts }
}
