import { getState, saveState, setFailed } from '@actions/core'
import { resolve } from 'node:path'
import { leaveWith } from '../cli/leave.ts'
import { EXIT } from '../cli/exit-code.ts'
import { environment, realPorts } from '../cli/ports.ts'
import { orStop } from '../cli/stop.ts'
import { readSettings } from './settings.ts'

/** Both ends of the action: the step itself, and what comes after the job's last step, also when it was cancelled. */
export function start(): void {
  leaveWith(async () => orStop(getState('began') === '' ? step : after))
}

async function step(): Promise<number> {
  saveState('began', 'true')
  // Until the run has ended well, it counts as unfinished: a job that is cancelled has no time to say so.
  saveState('unfinished', 'true')
  const env = environment()
  const settings = readSettings()
  if (typeof settings === 'string') {
    setFailed(settings)
    return EXIT.invalid
  }
  const token = settings.token === '' ? {} : { GITHUB_TOKEN: settings.token }
  Object.assign(process.env, token)
  const { runAction } = await import('./run.ts')
  return runAction(settings, realPorts({ ...env, ...token }), { ...env, ...token })
}

async function after(): Promise<number> {
  const marks = getState('marks')
  if (getState('unfinished') !== 'true' || marks === '') return EXIT.passed
  const { createState } = await import('./state.ts')
  const env = environment()
  const ports = realPorts(env)
  await createState(ports, env, resolve(process.cwd(), '.orch-run'), await ports.git.inspect(process.cwd()), JSON.parse(marks) as string[]).save()
  return EXIT.passed
}
