import * as Type from 'typebox'
import { BASE, FILLED, INSIDE_PATH, NAME } from '../patterns.ts'
import { CONFLICT_POLICIES } from '../words.ts'
import { record, text, texts, words } from './values.ts'

export const workspace = record(
  'workspace',
  {
    base: Type.Optional(text(BASE, {
      description: 'What worktrees begin from: `HEAD`, `working-tree` (with what is not committed yet) or any ref. Default: `HEAD`.',
      examples: ['HEAD', 'working-tree', 'main'], default: 'HEAD',
    })),
    setup: Type.Optional(text(FILLED, { description: 'A script that runs in each worktree that is handed out, before the step works there.', examples: ['npm ci'] })),
    link: Type.Optional(texts(INSIDE_PATH, {
      description: 'Ignored paths that worktrees share with the checkout.',
      examples: [['node_modules']],
    })),
    copy: Type.Optional(texts(INSIDE_PATH, {
      description: 'Ignored paths that are copied from the checkout into each worktree.',
      examples: [['.env.test']],
    })),
    allow_protected: Type.Optional(texts(INSIDE_PATH, {
      description:
        'Globs of protected paths that agents may change all the same. Protected are `.git*` but `.gitignore`, `.github/**`, ' +
        '`.gitlab-ci.yml`, the configuration of agents (`.claude/**`, `CLAUDE.md`, `AGENTS.md`, `.mcp.json` …), the pipeline and the files it names.',
      examples: [['.github/workflows/docs.yml']],
    })),
    on_conflict: Type.Optional(words(CONFLICT_POLICIES, {
      description:
        'What becomes of changes that contradict each other where a step needs several: `fail`, `ours` (the earlier of its `needs`), `theirs` ' +
        '(the later), or `agent` (the `resolver`). Default: `fail`.',
      examples: ['theirs'], default: 'fail',
    })),
    resolver: Type.Optional(text(NAME, { description: 'The agent that resolves them, also for steps of kind `merge` that name nobody.', examples: ['developer'] })),
  },
  { description: 'How worktrees are made.', examples: [{ base: 'HEAD', setup: 'npm ci', link: ['node_modules'] }] },
)
