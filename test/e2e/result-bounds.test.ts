import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { everything } from '../rig/checkout.ts'
import { git, removeFolders, repositoryWith } from '../rig/program.ts'
import { failures, runFor } from '../rig/report.ts'

afterAll(removeFolders)

describe('an agent that leaves more than anybody can handle', () => {
  it('fails with what it left and what to do, while the others go on, and nothing of it stays', async () => {
    const folder = repositoryWith({
      '.gitignore': 'build/\n', 'files.sh': 'mkdir many && cd many && seq 100000 | xargs touch\n', 'bytes.sh': 'truncate -s 1G large.bin\necho x > small.txt\n',
      'ignored.sh': 'mkdir build && truncate -s 1G build/large.bin && echo x > made.txt\n',
      'p.yml': `
agents:
  files: { executor: command, command: [bash, files.sh], permissions: full }
  bytes: { executor: command, command: [bash, bytes.sh], permissions: full }
  ignored: { executor: command, command: [bash, ignored.sh], permissions: full }
steps:
  files: { agent: files, prompt: Work. }
  bytes: { agent: bytes, prompt: Work. }
  ignored: { agent: ignored, prompt: Work. }
`,
    })
    const [before, objects] = [everything(folder), git(folder, 'count-objects')]
    const { report } = await runFor(1, folder, ['p.yml', '--run-id', 'r1'])
    expect(failures(report)).toEqual({
      files: 'workspace-failed: 100000 files were changed, and a change has 20000 at most: keep what tools make out of it by `.gitignore`',
      bytes: 'workspace-failed: the changed files hold 1025 MiB, most of all `large.bin`, and a change has 100 MiB at most: keep what tools make out of it by `.gitignore`',
    })
    expect(report.steps.map(({ status, files_changed }) => [status, files_changed])).toEqual([['failed', []], ['failed', []], ['passed', ['made.txt']]])
    expect([everything(folder), readdirSync(join(folder, '.orch-run/worktrees'))]).toEqual([before, []])
    // A blob, a tree and a commit of the one that passed.
    expect([objects.split(' ')[0], git(folder, 'count-objects').split(' ')[0]].map(Number).reduce((first, then) => then - first)).toBe(3)
  })
})
