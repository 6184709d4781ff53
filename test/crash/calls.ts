import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { folderWith } from '../rig/program.ts'
import { launch, newScene } from './scene.ts'
import type { Scene } from './scene.ts'

/** A run does not make the very same number of calls each time: so many more are tried as well. */
const SLACK = 3

/** How to start a program so that strace follows our threads alone: what we start is let go as soon as it is another program. */
export function strace(out: string, ...args: readonly string[]): string[] {
  return ['strace', '-f', '-b', 'execve', '-o', out, ...args]
}

/** Only plain calls can be counted. */
export const PLAIN_CALLS = { UV_USE_IO_URING: '0' }

/** Each of these calls of the system with 1, 2, … up to what a thread of an undisturbed run comes to. `on`: those alone that concern this file. */
export async function everyPoint(calls: readonly string[], on?: (scene: Scene) => string): Promise<(readonly [call: string, count: number])[]> {
  const scene = await newScene()
  const trace = join(folderWith({}), 'trace')
  const args = ['-e', `trace=${calls.join(',')}`, ...(on ? ['-P', on(scene)] : [])]
  await launch(scene, { args: ['p.yml', '--run-id', 'r1'], under: strace(trace, ...args), env: PLAIN_CALLS })
  await scene.provider.close()
  const counts = new Map<string, number>()
  for (const [, key = ''] of readFileSync(trace, 'utf8').matchAll(/^(\d+ +\w+)\(/gm)) counts.set(key, (counts.get(key) ?? 0) + 1)
  return calls.flatMap((call) => {
    const most = Math.max(0, ...[...counts].filter(([key]) => key.endsWith(` ${call}`)).map(([, count]) => count))
    return Array.from({ length: most === 0 ? 0 : most + SLACK }, (_, index) => [call, index + 1] as const)
  })
}
