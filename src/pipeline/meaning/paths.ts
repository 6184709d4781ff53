import { posix } from 'node:path'
import type { Diagnostic } from '../../document/diagnostic.ts'
import type { DocumentNode } from '../../document/document.ts'
import { report } from '../../document/report.ts'
import { field, mentionOf, mentionsIn, pairsOf } from '../fields.ts'
import { quoted } from '../phrase.ts'
import type { Survey } from '../survey.ts'

/** Paths of the right form that still cannot be meant: git's own folder, globs that exclude, two reports in one file. */
export function pathMistakes(survey: Survey): Diagnostic[] {
  return [...gitMistakes(survey), ...globMistakes(survey), ...reportMistakes(survey)]
}

function gitMistakes({ document, root }: Survey): Diagnostic[] {
  const workspace = field(root, 'workspace')
  return ['link', 'copy'].flatMap((key) => mentionsIn(field(workspace, key)).filter(({ name }) => /^\.git(\/|$)/.test(posix.normalize(name))).map(({ name, node }) =>
    report(document, node.span, 'bad-path', 'error', `${quoted(name)} belongs to git: every worktree has its own`, { help: 'leave it out' })))
}

function globMistakes({ document, root, steps }: Survey): Diagnostic[] {
  const lists: (DocumentNode | undefined)[] = [field(field(root, 'workspace'), 'allow_protected')]
  for (const { node } of steps.values()) lists.push(field(node, 'artifacts'), field(node, 'files'))
  return lists.flatMap((list) => mentionsIn(list).filter(({ name }) => name.startsWith('!')).map(({ name, node }) =>
    report(document, node.span, 'bad-pattern', 'error', `${quoted(name)} would exclude, and globs only include`, { help: 'write globs that leave it out' })))
}

function reportMistakes({ document, root }: Survey): Diagnostic[] {
  const owners = new Map<string, string>()
  return pairsOf(field(root, 'reports')).flatMap(({ key, value }) => {
    const path = mentionOf(value)
    if (!path || path.name === '') return []
    const file = posix.normalize(path.name)
    const owner = owners.get(file)
    owners.set(file, owner ?? key)
    if (owner === undefined) return []
    return [report(document, path.node.span, 'bad-path', 'error', `the report ${quoted(key)} would overwrite the report ${quoted(owner)}`, { help: 'give each report a path of its own' })]
  })
}
