import { relative, resolve } from 'node:path'
import type { Cache } from '../cache/cache.ts'
import type { RunOrder } from './run-order.ts'

/** The cache of the state folder, where a step of the run wants one. */
export async function openCache({ ports, plan, cwd, readiness, options }: RunOrder): Promise<Cache | undefined> {
  const all = [plan.pipeline, ...plan.pipeline.children.values()].flatMap((pipeline) => [...pipeline.steps.values()])
  if (!all.some((step) => step.cache)) return undefined
  const { repository } = readiness
  const root = repository?.root ?? cwd
  const without = [plan.pipeline.file, ...plan.pipeline.children.keys()].map((file) => relative(root, resolve(cwd, file)))
  const { createCache } = await import('../cache/cache.ts')
  return createCache(ports, { repository, root, without, stateDir: resolve(cwd, options.stateDir), isRead: options.cache })
}
