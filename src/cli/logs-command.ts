import { join } from 'node:path'
import type { Files } from '../base/ports.ts'
import { allNodes } from '../run/nested-runs.ts'
import type { NodeState } from '../run/run.ts'
import { nodeFolder } from '../store/node-folder.ts'
import { plainLine } from '../ui/plain.ts'
import { environment, realPorts } from './ports.ts'
import { EXIT } from './exit-code.ts'
import { orStop, Stop } from './stop.ts'
import { stateStore, unwrap } from './store.ts'
import { inCi } from './view.ts'

/** Prints what the attempts of a run, or of one of its steps or nodes, wrote: standard output first, then standard error. */
export async function logsCommand(id: string, wanted: string | undefined, options: { readonly stateDir: string }): Promise<number> {
  return orStop(async () => {
    const ports = realPorts(environment())
    const store = await stateStore(ports, process.cwd(), options.stateDir)
    const { run } = unwrap(await store.readRun(id))
    const nodes = allNodes(run).flatMap(({ id: name, node }) => (isWanted(name, node, wanted) ? [{ ...node, id: name }] : []))
    if (nodes.length === 0) throw new Stop(EXIT.invalid, `the run \`${id}\` has no step \`${wanted ?? ''}\``, `steps: ${[...run.steps.keys()].slice(0, 20).join(', ')}`)
    for (const node of nodes) await printNode(ports.files, (attempt) => join(store.folderOf(id), 'steps', nodeFolder(node.id), String(attempt)), node, nodes.length > 1)
    return EXIT.passed
  })
}

/** A step of the run, a node, or all that stands below one. */
function isWanted(id: string, node: NodeState, wanted: string | undefined): boolean {
  return wanted === undefined || id === wanted || id.startsWith(`${wanted}/`) || `${id.slice(0, -node.id.length)}${node.step}` === wanted
}

async function printNode(files: Files, folderOf: (attempt: number) => string, node: NodeState, titled: boolean): Promise<void> {
  for (const { attempt } of node.attempts) {
    const texts = await Promise.all(['stdout.log', 'stderr.log'].map(async (name) => textOf(files, join(folderOf(attempt), name))))
    const text = texts.join('')
    if (text === '') continue
    if (titled || node.attempts.length > 1) process.stdout.write(`── ${plainLine(node.id)}, attempt ${attempt}\n`)
    process.stdout.write(shown(text.endsWith('\n') ? text : `${text}\n`))
  }
}

/** Byte for byte into a file or a program; where people or a CI system read along, it can command neither. */
function shown(text: string): string {
  const isRead = process.stdout.isTTY || inCi(process.env)
  return isRead ? text.split('\n').map(plainLine).join('\n') : text
}

async function textOf(files: Files, path: string): Promise<string> {
  return (await files.stat(path)) === undefined ? '' : files.read(path)
}
