import { excerptOf } from '../agent/excerpt.ts'
import type { Source } from '../run/sources.ts'
import { conflictWords } from '../workspace/conflict-failure.ts'
import type { Knot } from '../workspace/workspace.ts'

/** One message is at most so long, however many steps and files there are: it is what the plan's bound of the cost counts with. */
const LONGEST = 30_000
const LONGEST_INTENT = 4000
const LONGEST_SAID = 1500
const MOST_CONFLICTS = 50

/** What the resolver is asked where changes contradict each other. `versions`: the folder with the three versions of each file. */
export function knotPrompt(knot: Knot, sources: readonly Source[], versions: string): string {
  const ours = knot.sides.map(({ commit }) => commit)
  const isMarked = knot.files.some(({ hasMarkers }) => hasMarkers)
  return excerptOf([
    'The work of several steps is to be brought together, and their changes contradict each other. Resolve that, so that the result does what all of them intend.',
    `# What is there already (ours)\n\n${sources.filter(({ commit }) => ours.includes(commit)).map(told).join('\n\n')}`,
    `# What is brought in now (theirs)\n\n${sources.filter(({ commit }) => commit === knot.side.commit).map(told).join('\n\n')}`,
    `# Where they contradict each other\n\n${conflictList(knot)}`,
    `# What to do\n\n${[...(isMarked ? [MARKERS] : []), ...asideLines(knot), versionsLine(versions), DONE].join('\n')}`,
  ].join('\n\n'), LONGEST)
}

/** What the resolver is asked where the changes went together, and the result does not hold. */
export function mergedPrompt(sources: readonly Source[], problems: string): string {
  return excerptOf([
    'The work of several steps was brought together. Their changes do not contradict each other line by line, but the result does not pass its checks. Mend it, so that it does what all of them intend.',
    `# What was brought together\n\n${sources.map(told).join('\n\n')}`,
    `# What fails\n\n${problems}`,
  ].join('\n\n'), LONGEST)
}

/** What goes back to a resolver that was done too soon. */
export function leftPrompt(left: readonly string[]): string {
  const files = left.slice(0, MOST_CONFLICTS).map((path) => `- \`${path}\``).join('\n')
  return `The work is not done. In these files conflict markers are left, or they lie beside their place still:\n\n${files}\n\n${DONE}`
}

const MARKERS =
  'The files in question hold conflict markers: from `<<<<<<<` on stands ours, from `|||||||` on the base, from `=======` on theirs, up to `>>>>>>>`. ' +
  'Edit each of them so that no marker is left. Files without markers stand as one side has them; edit, replace or delete them as is right.'

const DONE = 'When no contradiction is left, say in a few sentences how you decided.'

function versionsLine(folder: string): string {
  return `The whole versions lie in \`${folder}/base\`, \`${folder}/ours\` and \`${folder}/theirs\`, to be read; the folder is no part of the work.`
}

function asideLines({ aside }: Knot): string[] {
  if (aside.length === 0) return []
  const files = aside.slice(0, MOST_CONFLICTS).map((path) => `\`${path}\``).join(', ')
  return [`Beside their place, where something else is, lie ${files}: move what is in them to where it belongs, and delete them.`]
}

/** What a step was asked, and what it said, are texts of others: they are shown as such. */
function told({ node, intent, said }: Source): string {
  const asked = intent === null ? 'What it was asked is not known.' : `It was asked:\n\n${quoted(intent, LONGEST_INTENT)}`
  return [`## Step \`${node}\`\n\n${asked}`, ...(said === null || said.trim() === '' ? [] : [`In the end it said:\n\n${quoted(said, LONGEST_SAID)}`])].join('\n\n')
}

function quoted(text: string, limit: number): string {
  return excerptOf(text.trim(), limit).split('\n').map((line) => `> ${line}`.trimEnd()).join('\n')
}

function conflictList({ conflicts }: Knot): string {
  const lines = conflicts.slice(0, MOST_CONFLICTS).map((conflict) => `- ${conflictWords(conflict)}`)
  return [...lines, ...(conflicts.length > MOST_CONFLICTS ? [`- and ${conflicts.length - MOST_CONFLICTS} more`] : [])].join('\n')
}
