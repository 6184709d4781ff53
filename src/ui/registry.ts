import type { Clock } from '../base/ports.ts'
import { createJson } from './json.ts'
import { createLines } from './lines.ts'
import { createSilent } from './silent.ts'
import { createTree } from './tree.ts'
import type { View, ViewSettings } from './view.ts'

/** The views of `--ui NAME`. */
export const views = {
  auto: treeOrLines,
  tree: treeOrLines,
  lines: async (settings: ViewSettings): Promise<View> => createLines(settings),
  json: async (settings: ViewSettings): Promise<View> => createJson(settings),
  silent: async (settings: ViewSettings): Promise<View> => createSilent(settings),
} as const

export type ViewName = keyof typeof views

/** A tree needs a terminal that a person looks at; anywhere else it would be a heap of control sequences. */
async function treeOrLines(settings: ViewSettings, clock: Clock): Promise<View> {
  return settings.terminal.interactive ? createTree(settings, clock) : createLines(settings)
}
