import { spawn, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Contender } from './scenes.ts'

/** What its build needs of its repository. */
const SOURCES = ['src', 'plugins', 'patches', 'package.json', 'package-lock.json', 'rollup.config.js', 'tsconfig.json', 'conf.json', 'initializeSettings.ts']

export interface Portkey extends Contender {
  close(): void
}

/**
 * Portkey's gateway, built from a checkout of its repository in a temporary folder and started there; a text that says why where
 * that cannot be done. What npm holds of it cannot be used: it answers every 2xx with 500.
 */
export async function portkey(checkout: string | undefined): Promise<Portkey | string> {
  if (checkout === undefined) return 'PORTKEY_GATEWAY names no checkout of github.com/Portkey-AI/gateway'
  const missing = SOURCES.filter((name) => !existsSync(join(checkout, name)))
  if (missing.length > 0) return `${checkout} has no ${missing.join(', ')}`
  const folder = mkdtempSync(join(tmpdir(), 'orch-run-gateway-'))
  const wrong = built(checkout, folder)
  if (wrong !== undefined) {
    rmSync(folder, { recursive: true, force: true })
    return wrong
  }
  const port = await freePort()
  const child = spawn(process.execPath, ['build/start-server.js', '--headless', `--port=${port}`], { cwd: folder, stdio: 'ignore' })
  const close = (): void => {
    child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  }
  for (let tries = 0; tries < 100; tries += 1) {
    if (await answers(port)) return { name: 'Portkey', ask: async (base, models, _call, limit) => ask(port, base, models, limit === undefined ? 2 : 5), close }
    await new Promise((resolve) => void setTimeout(resolve, 100))
  }
  close()
  return 'it did not answer within ten seconds'
}

function built(checkout: string, folder: string): string | undefined {
  for (const name of SOURCES) cpSync(join(checkout, name), join(folder, name), { recursive: true })
  const steps = [['npm', 'ci', '--ignore-scripts'], ['./node_modules/.bin/patch-package'], ['./node_modules/.bin/rollup', '-c']] as const
  for (const [program, ...args] of steps) {
    const ended = spawnSync(program, args, { cwd: folder, stdio: 'ignore' })
    if (ended.status !== 0) return `\`${[program, ...args].join(' ')}\` failed there`
  }
  return undefined
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

async function answers(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/`).then(() => true, () => false)
}

/** At a limit with as many retries as it allows; else two, then the next target; two seconds for a request. */
async function ask(port: number, base: string, models: readonly string[], attempts: number): Promise<string | undefined> {
  const targets = models.map((model) => ({ provider: 'openai', api_key: 'none', custom_host: base, override_params: { model }, retry: { attempts }, request_timeout: 2_000 }))
  const config = targets.length === 1 ? targets[0] : { strategy: { mode: 'fallback' }, targets }
  try {
    const response = await fetch(`http://127.0.0.1:${port}/v1/chat/completions`, {
      method: 'POST', headers: { 'content-type': 'application/json', 'x-portkey-config': JSON.stringify(config) },
      body: JSON.stringify({ model: models[0], stream: true, max_tokens: 100, messages: [{ role: 'user', content: 'Say it.' }] }),
    })
    return response.ok ? textOf(await response.text()) : undefined
  } catch {
    return undefined
  }
}

function textOf(stream: string): string {
  const lines = stream.split('\n').filter((line) => line.startsWith('data: {'))
  return lines.map((line) => (JSON.parse(line.slice(6)) as { choices?: { delta?: { content?: string } }[] }).choices?.[0]?.delta?.content ?? '').join('')
}
