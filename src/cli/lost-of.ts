import type { Ports } from '../base/ports.ts'
import { allCommits } from '../run/resume.ts'
import type { Run } from '../run/run.ts'
import { EXIT } from './exit-code.ts'
import { Stop } from './stop.ts'

/** Commits of the run that are gone; refuses where the run began in another repository. */
export async function lostOf(ports: Ports, run: Run, cwd: string): Promise<ReadonlySet<string>> {
  if (run.base === null) return new Set()
  const { lostCommits } = await import('../workspace/lost-commits.ts')
  const repository = await ports.git.inspect(cwd)
  const lost = repository ? await lostCommits(ports.git, repository, [run.base.commit, ...allCommits(run)]) : undefined
  if (lost && !lost.has(run.base.commit)) return lost
  const why = lost ? `its \`base\`, the commit ${run.base.commit.slice(0, 12)}, is not in this one` : 'there is none here'
  throw new Stop(EXIT.resumeRefused, `the run \`${run.id}\` began in another repository: ${why}`, 'resume it where it began, or fetch that commit')
}
