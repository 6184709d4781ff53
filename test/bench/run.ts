// Prints what we cost as ratios, each measured in one run against something well known. Figures of noisy machines: medians of several rounds.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { benchFailover } from './failover.ts'
import { benchHistory } from './history.ts'
import { benchSteps } from './steps.ts'
import { compare, row } from './measure.ts'
import { benchSandbox } from './sandbox.ts'
import { benchWorktrees } from './worktrees.ts'

const program = join(import.meta.dirname, '../../dist/orch-run.js')
const folder = mkdtempSync(join(tmpdir(), 'orch-run-bench-'))
const wanted = process.argv.slice(2)

function isWanted(name: string): boolean {
  return wanted.length === 0 || wanted.includes(name)
}

function steps(count: number): string {
  const lines = Array.from({ length: count }, (_, index) => `  s${index}:\n    run: echo "step ${index}"${index === 0 ? '' : `\n    needs: s${index - 1}`}\n    timeout: 5m`)
  return `version: 1\nname: bench\nsteps:\n${lines.join('\n')}\n`
}

try {
  process.stdout.write(`node ${process.version}, ${process.platform}; every ratio is the median of its rounds\n\n`)
  process.stdout.write(row(['what', 'against', 'ratio', 'first release', 'ours', 'theirs']))
  if (isWanted('start')) {
    const bare = [process.execPath, '-e', '0'] as const
    process.stdout.write(compare('orch-run --version, wall', 'node -e 0', '≤ 1.6', 'wall', [process.execPath, program, '--version'], bare, folder, 15))
    writeFileSync(join(folder, 'small.yml'), steps(200))
    process.stdout.write(compare('validate, 200 steps, CPU', 'node -e 0', '≤ 2.6', 'cpu', [process.execPath, program, 'validate', 'small.yml'], bare, folder, 15))
    writeFileSync(join(folder, 'large.yml'), steps(1250))
    process.stdout.write(compare('validate, 5,000 lines, CPU', 'node -e 0', '≤ 5', 'cpu', [process.execPath, program, 'validate', 'large.yml'], bare, folder, 15))
  }
  if (isWanted('start')) {
    // After a job that left nothing to keep: the whole bundle is loaded, and nothing is to be done.
    const action = join(import.meta.dirname, '../../dist/action.js')
    process.stdout.write(compare('the action with nothing to do, CPU', 'node -e 0', '≤ 2.5', 'cpu', ['env', 'STATE_began=true', process.execPath, action], [process.execPath, '-e', '0'], folder, 15))
  }
  if (isWanted('steps')) benchSteps(program, folder)
  if (isWanted('history')) benchHistory(program, folder)
  if (isWanted('worktrees')) await benchWorktrees(folder)
  if (isWanted('sandbox')) await benchSandbox()
  if (isWanted('failover')) await benchFailover()
} finally {
  rmSync(folder, { recursive: true, force: true })
}
