import { existsSync, mkdirSync, symlinkSync } from 'node:fs'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { folderWith, orchRun, removeFolders, repositoryWith } from '../rig/program.ts'

afterAll(removeFolders)

/** A PATH with these programs and nothing else. */
function pathWith(...programs: string[]): string {
  const bin = join(folderWith({}), 'bin')
  mkdirSync(bin)
  for (const program of programs) symlinkSync(execFileSync('bash', ['-c', `command -v ${program}`], { encoding: 'utf8' }).trim(), join(bin, program))
  return bin
}

interface Finding {
  readonly name: string
  readonly state: string
  readonly detail: string
  readonly help: string | null
}

async function findings(folder: string, args: readonly string[], env: Readonly<Record<string, string>>): Promise<{ code: number | null; all: Record<string, Finding> }> {
  const ended = await orchRun({ cwd: folder, args: ['doctor', ...args, '--json'], env })
  const list = JSON.parse(ended.stdout) as Finding[]
  return { code: ended.code, all: Object.fromEntries(list.map((one) => [one.name, one])) }
}

describe('orch-run doctor', () => {
  it('tells what is there, shows no key, and leaves nothing behind', async () => {
    const folder = repositoryWith({ 'a.txt': 'a\n' })
    const ended = await orchRun({ cwd: folder, args: ['doctor'], env: { PATH: pathWith('git', 'bash', 'sh'), ANTHROPIC_API_KEY: 'canary-key-of-the-test', GITHUB_TOKEN: 'canary-token-of-the-test', GITHUB_REPOSITORY: 'o/r' } })
    const text = ended.stdout.replace(/\d+\.\d+\.\d+/g, 'N').replace(/[0-9a-f]{10}\b/, 'COMMIT')
    expect(text.split('\n').filter((line) => !/sandbox|^ +→/.test(line))).toEqual([
      '✔ node              N', '✔ git               N, main at COMMIT', `✔ state folder      ${join(folder, '.orch-run')}`,
      '✔ key of anthropic  ANTHROPIC_API_KEY is set', '· key of openai     OPENAI_API_KEY is not set',
      '· claude-code       `claude` is not on the PATH', '· codex             `codex` is not on the PATH', '· gemini            `gemini` is not on the PATH',
      '✔ github            o/r at https://github.com', '', 'nothing that is needed is missing', '',
    ])
    expect(text).toMatch(/^[✔·] sandbox {11}/m)
    expect(text).toContain('→ npm install --global @openai/codex')
    expect([ended.code, ended.stdout.includes('canary-key-of-the-test'), ended.stdout.includes('canary-token-of-the-test')]).toEqual([0, false, false])
    expect(existsSync(join(folder, '.orch-run/runs'))).toBe(false)
  })

  it('tells what a pipeline needs and does not find, with exit code 4', async () => {
    const folder = folderWith({ 'p.yml': `
providers: { claude: { type: anthropic, api_key_env: OUR_KEY }, other: { type: openai } }
agents: { bot: { model: claude/claude-sonnet-5, sandbox: require }, coder: { executor: codex } }
checks: { good: { run: "true" } }
steps:
  fix: { agent: bot, prompt: Fix it., verify: good }
  more: { agent: coder, prompt: Fix it., needs: fix, verify: good }
  ship: { needs: more, deliver: { pull_request: { title: Fixed } } }
` })
    const { code, all } = await findings(folder, ['p.yml'], { PATH: pathWith('git', 'bash', 'sh') })
    expect(code).toBe(4)
    expect(Object.fromEntries(Object.entries(all).map(([name, { state }]) => [name, state]))).toEqual({
      node: 'ready', git: 'missing', 'state folder': 'ready', sandbox: 'missing', 'key of claude': 'missing', 'key of other': 'optional',
      'claude-code': 'optional', codex: 'missing', gemini: 'optional', github: 'missing',
    })
    expect(all['key of claude']?.help).toBe('set the environment variable OUR_KEY')
    expect(all.git?.help).toContain('git init')
  })
})
