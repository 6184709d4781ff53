import { complain } from './complain.ts'

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

/** Performs a command; a `Stop` on the way is told and becomes its exit code. */
export async function orStop(command: () => Promise<number>): Promise<number> {
  try {
    return await command()
  } catch (error) {
    if (!(error instanceof Stop)) throw error
    complain(error.message, error.help)
    return error.exitCode
  }
}
