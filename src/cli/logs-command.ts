import { join } from 'node:path'
import { StringDecoder } from 'node:string_decoder'
import type { Files, Ports } from '../base/ports.ts'
import { allNodes } from '../run/nested-runs.ts'
import type { NodeState, Run } from '../run/run.ts'
import { nodeFolder } from '../store/node-folder.ts'
import type { Store } from '../store/store.ts'
import { plainLine } from '../ui/plain.ts'
import { environment, realPorts } from './ports.ts'
import { EXIT } from './exit-code.ts'
import { orStop, Stop } from './stop.ts'
import { stateStore, unwrap } from './store.ts'
import { inCi } from './view.ts'

export interface LogsOptions {
  readonly stateDir: string
  /** Goes on printing until nobody is at work on the run. */
  readonly follow?: boolean
}

/** How often a run that goes on is looked at again. */
const PAUSE_MS = 200

/** Prints what the attempts of a run, or of one of its steps or nodes, wrote: standard output first, then standard error. */
export async function logsCommand(id: string, wanted: string | undefined, options: LogsOptions): Promise<number> {
  return orStop(async () => {
    const ports = realPorts(environment())
    const store = await stateStore(ports, process.cwd(), options.stateDir)
    requireStep(id, unwrap(await store.readRun(id)).run, wanted)
    const tape = createTape(ports.files, join(store.folderOf(id), 'steps'))
    if (options.follow === true) await follow(ports, store, id, async (run) => tape.print(nodesOf(run, wanted), wanted === undefined))
    else await tape.print(nodesOf(unwrap(await store.readRun(id)).run, wanted), false)
    return EXIT.passed
  })
}

async function follow(ports: Ports, store: Store, id: string, print: (run: Run) => Promise<void>): Promise<void> {
  for (;;) {
    // Asked before: what the owner wrote last is read after it has gone.
    const isAtWork = (await store.ownerOf(id)) !== undefined
    await print(unwrap(await store.readRun(id)).run)
    if (!isAtWork) return
    await new Promise<void>((resolve) => ports.clock.after(PAUSE_MS, resolve))
  }
}

interface ShownNode extends NodeState {
  /** Its whole id. */
  readonly id: string
}

function nodesOf(run: Run, wanted: string | undefined): ShownNode[] {
  return allNodes(run).flatMap(({ id: name, node }) => (isWanted(name, node, wanted) ? [{ ...node, id: name }] : []))
}

/** A step whose nodes are not known yet is one all the same. */
function requireStep(id: string, run: Run, wanted: string | undefined): void {
  if (wanted === undefined || run.steps.has(wanted) || nodesOf(run, wanted).length > 0) return
  throw new Stop(EXIT.invalid, `the run \`${id}\` has no step \`${wanted}\``, `steps: ${[...run.steps.keys()].slice(0, 20).join(', ')}`)
}

/** A step of the run, a node, or all that stands below one. */
function isWanted(id: string, node: NodeState, wanted: string | undefined): boolean {
  return wanted === undefined || id === wanted || id.startsWith(`${wanted}/`) || `${id.slice(0, -node.id.length)}${node.step}` === wanted
}

/** What was printed is not printed again; a title tells whose output follows, where that is not plain. */
function createTape(files: Files, folder: string): { print(nodes: readonly ShownNode[], isTitled: boolean): Promise<void> } {
  const heads = new Map<string, { at: number; readonly decoder: StringDecoder }>()
  let title = ''
  let isLineOpen = false
  const more = async (path: string): Promise<string> => {
    if ((await files.stat(path)) === undefined) return ''
    const head = heads.get(path) ?? { at: 0, decoder: new StringDecoder('utf8') }
    heads.set(path, head)
    const bytes = await files.readBytes(path, undefined, head.at)
    head.at += bytes.length
    return head.decoder.write(bytes)
  }
  return {
    async print(nodes, isTitled) {
      for (const node of nodes) {
        for (const { attempt } of node.attempts) {
          const own = join(folder, nodeFolder(node.id), String(attempt))
          const text = `${await more(join(own, 'stdout.log'))}${await more(join(own, 'stderr.log'))}`
          if (text === '') continue
          const line = `── ${plainLine(node.id)}, attempt ${attempt}\n`
          const isNew = line !== title
          if (isLineOpen && isNew) process.stdout.write('\n')
          if (isNew && (isTitled || nodes.length > 1 || node.attempts.length > 1)) process.stdout.write(line)
          title = line
          isLineOpen = !text.endsWith('\n')
          process.stdout.write(shown(text))
        }
      }
    },
  }
}

/** Byte for byte into a file or a program; where people or a CI system read along, it can command neither. */
function shown(text: string): string {
  const isRead = process.stdout.isTTY || inCi(process.env)
  return isRead ? text.split('\n').map(plainLine).join('\n') : text
}
