import { EXIT } from './exit-code.ts'
import { environment, realPorts } from './ports.ts'
import { orStop, Stop } from './stop.ts'
import { stateStore, unwrap } from './store.ts'

/** Asks the process that is at work on a run to stop, as SIGTERM would; how it ended the run itself tells. */
export async function cancelCommand(id: string, options: { readonly stateDir: string }): Promise<number> {
  return orStop(async () => {
    const ports = realPorts(environment())
    const store = await stateStore(ports, process.cwd(), options.stateDir)
    const owner = await store.ownerOf(id)
    if (!owner) {
      const { status } = unwrap(await store.readRun(id)).run
      throw new Stop(EXIT.invalid, `nobody is at work on the run \`${id}\`: ${status === 'running' ? 'it was interrupted' : `it is \`${status}\``}`)
    }
    if (!ports.owners.askToStop(owner)) {
      throw new Stop(EXIT.notReady, `the process ${owner.pid} that is at work on the run \`${id}\` cannot be reached from here`, 'stop it where it runs')
    }
    process.stderr.write(`the process ${owner.pid} was asked to stop the run \`${id}\`\n`)
    return EXIT.passed
  })
}
