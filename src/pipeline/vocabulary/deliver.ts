import * as Type from 'typebox'
import { BRANCH, INSIDE_PATH } from '../patterns.ts'
import { flag, record, text } from './values.ts'

export const deliver = record(
  'deliver',
  {
    patch: Type.Optional(text(INSIDE_PATH, {
      description: 'A file that the whole change is written to as a patch, relative to where the program was started.', examples: ['out/fix.patch'],
    })),
    branch: Type.Optional(text(BRANCH, {
      description:
        'A branch of this repository that is made for the commit, or moved forward to it. One that is checked out, or that holds what the ' +
        'commit does not, is left as it is and the step fails.',
      examples: ['fix/${{ run.id }}'],
    })),
    unverified: Type.Optional(flag({
      description: 'Whether a change that no check has judged may be delivered. Default: `false`.', examples: [true], default: false,
    })),
  },
  {
    anyOf: [{ required: ['patch'] }, { required: ['branch'] }],
    description:
      'Hands the changes of what the step needs on. Only a verified commit is delivered: every check that it was verified with is made ' +
      'again in a fresh worktree, unless that very tree has passed it.',
    examples: [{ branch: 'fix/dates', patch: 'out/fix.patch' }],
  },
)
