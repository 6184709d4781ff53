/** Each plants something that plain git runs; `$TRAP` is a script that leaves a mark. `plain` is what plain git is asked then. */
export interface Vector {
  readonly name: string
  readonly plant: string
  readonly plain: string
}

export const VECTORS: readonly Vector[] = [
  { name: 'a file watcher', plant: 'git config core.fsmonitor "$TRAP"', plain: 'git status' },
  { name: 'hooks', plant: 'mkdir -p .git/hooks; for h in pre-commit post-index-change post-checkout reference-transaction; do cp "$TRAP" .git/hooks/$h; done', plain: 'git add -A; git commit -m x' },
  { name: 'a folder of hooks in the tree', plant: 'mkdir h; for h in pre-commit post-index-change reference-transaction; do cp "$TRAP" h/$h; done; git config core.hooksPath h', plain: 'git add -A; git commit -m x' },
  { name: 'a filter', plant: 'rm -f .git/info/attributes; echo "* filter=evil" > .gitattributes; git config filter.evil.clean "$TRAP"; git config filter.evil.smudge "$TRAP"; git config filter.evil.process "$TRAP"', plain: 'git add -A' },
  { name: 'a filter by private attributes', plant: 'mkdir -p .git/info; echo "* filter=evil" > .git/info/attributes; git config filter.evil.clean "$TRAP"', plain: 'git add -A' },
  { name: 'a signing program', plant: 'git config commit.gpgsign true; git config gpg.program "$TRAP"', plain: 'git add -A; git commit -m x' },
  { name: 'an external diff', plant: 'rm -f .git/info/attributes; git config diff.external "$TRAP"; echo "* diff=evil" > .gitattributes; git config diff.evil.textconv "$TRAP"', plain: 'git diff' },
  { name: 'a merge driver', plant: 'mkdir -p .git/info; echo "* merge=evil" | tee .gitattributes > .git/info/attributes; git config merge.evil.driver "$TRAP"', plain: 'git add -A; git commit -qm a; git checkout -q -b o HEAD~1; echo o > work.txt; git commit -qam o; git merge "@{-1}"' },
  { name: 'a nested repository', plant: 'git init -q sub; git -C sub -c user.name=a -c user.email=b@c commit -q --allow-empty -m x; touch sub/f; git -C sub config core.fsmonitor "$TRAP"', plain: 'git add -A; git status' },
  { name: 'a nested repository in the place of a submodule', plant: 'git init -q link; git -C link -c user.name=a -c user.email=b@c commit -q --allow-empty -m x; touch link/f; git -C link config core.fsmonitor "$TRAP"', plain: 'git status' },
  { name: 'another repository behind a git file', plant: 'git init -q evil; git -C evil config core.fsmonitor "$TRAP"; rm -rf .git; echo "gitdir: evil/.git" > .git', plain: 'git status' },
  { name: 'another repository behind a git link', plant: 'git init -q evil; git -C evil config core.fsmonitor "$TRAP"; rm -rf .git; ln -s evil/.git .git', plain: 'git status' },
  { name: 'a bare repository in a folder', plant: 'git init -q --bare b; git -C b config core.bare false; git -C b config core.worktree ..; git -C b config core.fsmonitor "$TRAP"', plain: 'cd b; git status' },
  { name: 'a configuration that is included', plant: 'printf "[core]\\n\\tfsmonitor = %s\\n" "$TRAP" > extra.cfg; git config include.path "$PWD/extra.cfg"', plain: 'git status' },
  { name: 'a configuration that is included for this folder alone', plant: 'printf "[core]\\n\\tfsmonitor = %s\\n" "$TRAP" > extra.cfg; git config "includeIf.gitdir:**.path" "$PWD/extra.cfg"', plain: 'git status' },
  { name: 'a configuration of the worktree alone', plant: 'git config core.repositoryFormatVersion 1; git config extensions.worktreeConfig true; git config --worktree core.fsmonitor "$TRAP"', plain: 'git status' },
  { name: 'a submodule that a command fetches', plant: 'git config -f .gitmodules submodule.s.path s; git config -f .gitmodules submodule.s.url "ext::$TRAP"; git config submodule.s.url "ext::$TRAP"; git update-index --add --cacheinfo 160000,$(git rev-parse HEAD),s', plain: 'GIT_ALLOW_PROTOCOL=ext git submodule update --init s' },
  { name: 'a remote with a program of its own', plant: 'git config remote.origin.url "ssh://nowhere.example/x"; git config core.sshCommand "$TRAP"; git config remote.origin.uploadpack "$TRAP"', plain: 'git fetch origin' },
  { name: 'a pager, an editor and an alias', plant: 'git config core.pager "$TRAP"; git config core.editor "$TRAP"; git config alias.status "!$TRAP"; git config sequence.editor "$TRAP"', plain: 'git add -A; git commit' },
]
