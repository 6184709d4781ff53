import type { Telemetry } from '../telemetry/telemetry.ts'
import type { RunOrder } from './run-order.ts'

declare const __VERSION__: string

/** Undefined where nobody asked for it; then nothing of it is loaded. */
export async function openTelemetry({ env, ports, plan }: RunOrder): Promise<Telemetry | undefined> {
  if ((env['OTEL_EXPORTER_OTLP_ENDPOINT'] ?? '') === '') return undefined
  const { telemetrySettings } = await import('../telemetry/settings.ts')
  const settings = telemetrySettings(env, __VERSION__)
  if (settings === undefined) return undefined
  const pipelines = [plan.pipeline, ...plan.pipeline.children.values()]
  const types = new Map(pipelines.flatMap(({ providers }) => [...providers.values()].map(({ name, type }) => [name, type] as const)))
  const { createTelemetry } = await import('../telemetry/telemetry.ts')
  return createTelemetry(ports, settings, (provider) => types.get(provider) ?? provider)
}

/** What went wrong with it is told, and is nobody's failure. */
export async function closeTelemetry(telemetry: Telemetry | undefined): Promise<void> {
  const problem = await telemetry?.close()
  if (problem !== undefined) process.stderr.write(`warning: ${problem}\n`)
}
