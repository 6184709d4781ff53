import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { everything } from '../rig/checkout.ts'
import { VECTORS } from '../rig/git-traps.ts'
import { folderWith, git, removeFolders, repositoryWith } from '../rig/program.ts'
import { runFor } from '../rig/report.ts'
import { noSandbox } from '../rig/sandbox.ts'

afterAll(removeFolders)

/** Every trap by its number, as one script that agents run; that plain git walks into each is shown in `unit/workspace/hostile.test.ts`. */
function attacks(trap: string): string {
  const cases = VECTORS.map(({ plant }, at) => `${at}) ${plant} ;;`)
  return `set +e\nexport TRAP='${trap}'\ncase "$VECTOR" in\n${cases.join('\n')}\nesac\necho "$VECTOR" > "made-$VECTOR.txt"\nexit 0\n`
}

/** In the sandbox some of them are enough: what holds without one holds in it. */
const SOME = VECTORS.map((_, at) => at).filter((at) => at % 5 === 0)

describe.each([
  ['with its sandbox', 'auto', noSandbox, SOME], ['without one', 'off', undefined, VECTORS.map((_, at) => at)],
] as const)('an agent %s', (_words, mode, lack, numbers) => {
  it.skipIf(lack !== undefined)(`that sets traps for git, ${numbers.length} of them, catches neither us nor the user afterwards`, async () => {
    const outside = folderWith({})
    const trap = join(outside, 'trap')
    const mark = join(outside, 'pwned')
    writeFileSync(trap, `#!/bin/sh\ntouch '${mark}'\nexit 1\n`)
    chmodSync(trap, 0o755)
    const folder = repositoryWith({
      'attack.sh': attacks(trap), 'work.txt': 'w\n',
      'p.yml': `
agents: { bot: { executor: command, command: [bash, attack.sh], permissions: full, sandbox: ${mode} } }
workspace: { allow_protected: [".git*", "**/.git*"] }
checks: { seen: { kind: custom, run: 'test -e "made-$VECTOR.txt"' } }
steps:
  attack: { agent: bot, prompt: Attack., matrix: { v: [${numbers.join(', ')}] }, env: { VECTOR: "\${{ matrix.v }}" }, verify: [seen] }
  next: { needs: attack, run: 'cat made-*.txt | wc -l', continue_on_error: true }
`,
    })
    const before = everything(folder)
    const { report } = await runFor(0, folder, ['p.yml'])
    expect(report.steps.filter(({ id }) => id.startsWith('attack')).map(({ status, files_changed }) => [status, files_changed.some((file) => /^made-\d+\.txt$/.test(file))])).toEqual(numbers.map(() => ['passed', true]))
    expect(everything(folder)).toEqual(before)
    git(folder, 'status')
    git(folder, 'diff', 'HEAD')
    git(folder, 'commit', '-q', '--allow-empty', '-m', 'later')
    git(folder, 'fsck', '--no-progress')
    for (const { commit } of report.steps) if (commit !== null) git(folder, 'show', '--stat', commit)
    expect(existsSync(mark)).toBe(false)
  })

  it.skipIf(lack !== undefined)('that reaches for the git folder of the checkout is told of, or does not find it', async () => {
    const outside = folderWith({})
    mkdirSync(join(outside, 'x'))
    const folder = repositoryWith({ 'agent.sh': 'set +e\nD="$(cat where)"\nls "$D/.git/HEAD" "$D/.git/config" && touch found\ngit -C "$D" config core.fsmonitor true\ngit -C "$D" update-ref refs/heads/stolen HEAD\necho x >> work.txt\nexit 0\n', 'work.txt': 'w\n', 'where': '', 'p.yml': '' })
    writeFileSync(join(folder, 'where'), folder)
    writeFileSync(join(folder, 'p.yml'), `agents: { bot: { executor: command, command: [bash, agent.sh], permissions: full, sandbox: ${mode} } }\nsteps: { work: { agent: bot, prompt: Work. } }\n`)
    git(folder, 'commit', '-qam', 'where')
    const { report } = await runFor(0, folder, ['p.yml'])
    expect(report.steps[0]?.files_changed).toEqual(mode === 'off' ? ['found', 'work.txt'] : ['work.txt'])
    expect(report.exceptions.map(({ code }) => code)).toEqual(mode === 'off' ? ['wrote-outside', 'wrote-outside'] : [])
  })
})
