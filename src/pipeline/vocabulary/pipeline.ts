import * as Type from 'typebox'
import { FILLED, NAME } from '../patterns.ts'
import { agents } from './agent.ts'
import { checks } from './check.ts'
import { defaults } from './defaults.ts'
import { inputs } from './input.ts'
import { limits } from './limits.ts'
import { mcp } from './mcp.ts'
import { providers } from './provider.ts'
import { reports } from './reports.ts'
import { routes } from './route.ts'
import { kindRules, steps } from './step.ts'
import { AUTONOMIES } from '../words.ts'
import { env, named, plainValue, record, text, words } from './values.ts'
import { workspace } from './workspace.ts'

/** A whole pipeline as its author writes it. Top-level keys that begin with `x-` are the author's own. */
export const pipeline = record(
  'pipeline',
  {
    version: Type.Optional(Type.Literal(1, { description: 'The version of the language. Default: 1.', examples: [1], default: 1 })),
    name: Type.Optional(text(FILLED, {
      description: 'For people. Default: the name of the file without its ending.',
      examples: ['fix-and-prove'],
    })),
    description: Type.Optional(Type.String({ description: 'What the pipeline does.', examples: ['Fix one issue, prove the fix.'] })),
    inputs: Type.Optional(inputs),
    env: Type.Optional(env({ description: 'Variables for `run` steps and checks.' })),
    providers: Type.Optional(providers),
    routes: Type.Optional(routes),
    limits: Type.Optional(limits),
    mcp: Type.Optional(mcp),
    agents: Type.Optional(agents),
    checks: Type.Optional(checks),
    workspace: Type.Optional(workspace),
    autonomy: Type.Optional(words(AUTONOMIES, {
      description:
        'How much goes without a person. `supervised`: steps that deliver, and those with `risk: high`, wait for approval before they ' +
        'start. `manual`: so does every change of an agent before another step may build on it, and nothing is delivered. Default: `full`.',
      examples: ['supervised'], default: 'full',
    })),
    defaults: Type.Optional(defaults),
    steps,
    outputs: Type.Optional(named(NAME, plainValue, {
      description: 'Values that the run hands on.', examples: [{ commit: '${{ steps.fix.commit }}' }],
    })),
    reports: Type.Optional(reports),
  },
  { patternProperties: { '^x-': Type.Unknown() }, description: 'A pipeline of orch-run.', ...kindRules },
)

export type PipelineText = Type.Static<typeof pipeline>
