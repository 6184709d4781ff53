/** The command that goes on with a run; `stateDir` as it was given on the command line. */
export function resumeCommand(run: string, stateDir: string): string {
  return `orch-run resume ${run}${stateDir === '.orch-run' ? '' : ` --state-dir ${quoted(stateDir)}`}`
}

/** The command that answers a waiting node of a run whose resuming command is known. */
export function approveCommand(run: string, node: string, resume: string): string {
  const [, stateDir = ''] = / (--state-dir .*)$/.exec(resume) ?? []
  return `orch-run approve ${run} ${quoted(node)}${stateDir === '' ? '' : ` ${stateDir}`}`
}

/** As a POSIX shell reads it back. */
function quoted(word: string): string {
  return /^[\w./:@%+=-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}
