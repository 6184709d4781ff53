import * as Type from 'typebox'
import { BRANCH, FILLED, INSIDE_PATH } from '../patterns.ts'
import { flag, record, text, texts } from './values.ts'

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
    pull_request: Type.Optional(record('pull-request', {
      title: text(FILLED, { description: 'Its title, one line.', examples: ['${{ inputs.task }}'] }),
      body: Type.Optional(text(FILLED, { description: 'Its text, in Markdown.', examples: ['${{ steps.fix.outputs.text }}'] })),
      base: Type.Optional(text(BRANCH, { description: 'The branch that it is to go into. Default: that of the checkout.', examples: ['main'] })),
      branch: Type.Optional(text(BRANCH, {
        description: 'The branch on GitHub that it comes from; made, or moved forward. Default: one of the run’s own.', examples: ['orch/fix-dates'],
      })),
      draft: Type.Optional(flag({ description: 'Whether it is a draft. Default: `false`.', examples: [true], default: false })),
      labels: Type.Optional(texts(FILLED, { description: 'Labels that it gets.', examples: [['automated']] })),
    }, {
      description:
        'An open pull request on GitHub: made once, given its title and text again from then on. The token comes from `GITHUB_TOKEN`. What ' +
        'expressions put into its texts mentions and closes nothing.',
      examples: [{ title: '${{ inputs.task }}', base: 'main' }],
    })),
    comment: Type.Optional(text(FILLED, {
      description: 'A comment on the issue or pull request that set the run off: made once, changed in place from then on.',
      examples: ['Fixed by ${{ steps.fix.commit }}.'],
    })),
    unverified: Type.Optional(flag({
      description: 'Whether a change that no check has judged may be delivered. Default: `false`.', examples: [true], default: false,
    })),
  },
  {
    anyOf: [{ required: ['patch'] }, { required: ['branch'] }, { required: ['pull_request'] }, { required: ['comment'] }],
    description:
      'Hands the changes of what the step needs on. Only a verified commit is delivered: every check that it was verified with is made ' +
      'again in a fresh worktree, unless that very tree has passed it.',
    examples: [{ branch: 'fix/dates', patch: 'out/fix.patch' }],
  },
)
