import { buildDuration } from './build-values.ts'
import type { ModelName, RouteSpec } from './pipeline.ts'
import type { PipelineText } from './vocabulary/pipeline.ts'

type RouteText = NonNullable<PipelineText['routes']>[string]

export function buildRoute(name: string, route: RouteText): RouteSpec {
  const { retry, breaker } = route
  return {
    name,
    models: route.models.map(modelName),
    strategy: route.strategy ?? 'priority',
    retry: { attempts: retry?.attempts, backoffMs: buildDuration(retry?.backoff), maxDelayMs: buildDuration(retry?.max_delay) },
    breaker: breaker && { failures: breaker.failures ?? 3, cooldownMs: buildDuration(breaker.cooldown) ?? 15_000 },
  }
}

/** `PROVIDER/MODEL`: what follows the first slash is the provider's own name for it. */
export function modelName(text: string): ModelName {
  const slash = text.indexOf('/')
  return { provider: text.slice(0, slash), model: text.slice(slash + 1) }
}
