import { spawnSync } from 'node:child_process'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { folderWith, git, smallEnv, withoutCanaries } from './program.ts'

/** The runner copies by rsync, which not every machine has: of its options these are the ones that it uses. */
const RSYNC = `#!/bin/bash
set -eo pipefail
names=(.) ignored=(--exclude=./.gitlab-ci-local) paths=()
for one in "$@"; do
  case $one in
    --files-from=*) names=(-T "\${one#*=}") ;;
    --exclude-from=*) while read -r line; do ignored+=("--exclude=./\${line#/}"); done < "\${one#*=}" ;;
    --delete) fresh=yes ;;
    -Ra) relative=yes ;;
    -*|.git/lfs|.gitlab-ci-local/|".gitlab-ci-local/**") ;;
    *) paths+=("$one") ;;
  esac
done
from=\${paths[0]} to=\${paths[1]}
[[ -z $relative ]] || { names=("$from"); from=. ignored=(); }
[[ -z $fresh ]] || rm -rf "$to"
mkdir -p "$to"
tar -C "$from" "\${ignored[@]}" -c "\${names[@]}" | tar -C "$to" -x
`

export interface Job {
  readonly code: number | null
  /** Without colours; each line of the job begins with its name. */
  readonly said: string
  /** Where the runner keeps what GitLab would be sent. */
  readonly artifacts: string
  readonly caches: string
}

/** Runs a job of the repository's `.gitlab-ci.yml` by gitlab-ci-local in a shell, in a copy of what git tracks, without a network. */
export function gitlabJob(repository: string, name: string, variables: Readonly<Record<string, string>> = {}): Job {
  const bin = folderWith({ rsync: RSYNC })
  chmodSync(join(bin, 'rsync'), 0o755)
  const hasRsync = spawnSync('rsync', ['--version'], { stdio: 'ignore' }).status === 0
  const { PATH = '', ...base } = smallEnv(folderWith({}), { npm_config_offline: 'true', npm_config_update_notifier: 'false' })
  const given = Object.entries(variables).flatMap(([variable, value]) => ['--variable', `${variable}=${value}`])
  const program = join(import.meta.dirname, '../../node_modules/gitlab-ci-local/dist/index.js')
  const ended = spawnSync(process.execPath, [program, '--force-shell-executor', '--shell-isolation', '--no-artifacts-to-source', ...given, name], {
    cwd: repository, encoding: 'utf8', timeout: 120_000, env: { ...base, PATH: hasRsync ? PATH : `${PATH}:${bin}` },
  })
  const state = join(repository, '.gitlab-ci-local')
  return { code: ended.status, said: withoutCanaries('the job', ended.stdout + ended.stderr), artifacts: join(state, 'artifacts', name), caches: join(state, 'cache') }
}

/** As GitLab's checkout is: of a remote, with a branch that it calls its own. */
export function asGitlabProject(repository: string): void {
  git(repository, 'remote', 'add', 'origin', 'https://gitlab.invalid/some/project.git')
  git(repository, 'update-ref', 'refs/remotes/origin/main', 'HEAD')
  git(repository, 'remote', 'set-head', 'origin', 'main')
  writeFileSync(join(repository, '.git/info/exclude'), '.gitlab-ci-local\n')
}
