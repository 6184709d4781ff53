import type { RunEvent } from './event.ts'

/** How a run ends after all, in whose folder a secret was found: as one that broke policy. Where it was found is told, never what. */
export function leakEvents(files: readonly string[]): RunEvent[] {
  const shown = files.slice(0, 5).map((path) => `\`${path}\``).join(', ')
  const message = `a secret stands in what the run has written: ${shown}; remove it, and change the secret`
  return [
    { type: 'noticed', severity: 'error', code: 'secret-leaked', step: null, message },
    { type: 'run-finished', status: 'failed', exitCode: 7, outputs: {} },
  ]
}
