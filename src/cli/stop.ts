import { PortError } from '../base/ports.ts'
import { complain } from './complain.ts'
import { EXIT } from './exit-code.ts'

/** Why a command ends before a run begins: a sentence, the next step, and whose business it is. */
export class Stop extends Error {
  override readonly name = 'Stop'
  readonly exitCode: number
  readonly help: string | undefined

  constructor(exitCode: number, message: string, help?: string) {
    super(message)
    this.exitCode = exitCode
    this.help = help
  }
}

/** Performs a command; a `Stop` on the way is told and becomes its exit code, and so does what the system refused. */
export async function orStop(command: () => Promise<number>): Promise<number> {
  try {
    return await command()
  } catch (error) {
    if (error instanceof PortError) {
      complain(`the system refused what is needed: ${error.message}`)
      return EXIT.notReady
    }
    if (!(error instanceof Stop)) throw error
    complain(error.message, error.help)
    return error.exitCode
  }
}
