import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Files, Ports } from '../../base/ports.ts'
import { Stop } from '../stop.ts'
import { EXIT } from '../exit-code.ts'

/** Fixed, so that the first commit is the same one at every test: prompts may name it. */
const AUTHOR = {
  GIT_AUTHOR_NAME: 'orch-run test', GIT_AUTHOR_EMAIL: 'test@orch-run.invalid', GIT_AUTHOR_DATE: '2000-01-01T00:00:00Z',
  GIT_COMMITTER_NAME: 'orch-run test', GIT_COMMITTER_EMAIL: 'test@orch-run.invalid', GIT_COMMITTER_DATE: '2000-01-01T00:00:00Z',
}

/** A fresh git repository with one commit of a folder's files; removed by `leave`. */
export async function testPlace(ports: Ports, repository: string | undefined): Promise<{ readonly root: string; leave(): Promise<void> }> {
  const { files, git, random } = ports
  const root = join((await files.real(tmpdir())) ?? tmpdir(), `orch-run-test-${random.hex(8)}`)
  await files.makeFolder(root, 0o700)
  const leave = async (): Promise<void> => files.remove(root)
  try {
    if (repository !== undefined) await copyFolder(files, repository, root)
    for (const args of [['init', '-q', '-b', 'main'], ['add', '-A'], ['commit', '-q', '--allow-empty', '-m', 'The repository of the test']]) {
      const answer = await git.run({ args, cwd: root, env: { ...AUTHOR, GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' } })
      if (answer.exitCode !== 0) throw new Stop(EXIT.notReady, `\`git ${args[0] ?? ''}\` failed: ${answer.stderr.trim()}`, 'run `orch-run doctor`')
    }
    return { root, leave }
  } catch (error) {
    await leave()
    throw error
  }
}

/** Files and folders; what links lead to may lie anywhere, and git's own files belong to another repository. */
async function copyFolder(files: Files, from: string, to: string): Promise<void> {
  for (const { name, kind } of await files.list(from)) {
    if (name === '.git') continue
    if (kind === 'file') await files.copy(join(from, name), join(to, name))
    if (kind !== 'folder') continue
    await files.makeFolder(join(to, name))
    await copyFolder(files, join(from, name), join(to, name))
  }
}
