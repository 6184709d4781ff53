import { join } from 'node:path'
import { exactPattern } from './ignore.ts'
import type { Slot, SlotPorts } from './slot.ts'

/** Files as in a tree that was collected before; what is ignored or shared stays. The slot's own index stays that of its commit. */
export async function restoreTree({ repository }: SlotPorts, slot: Slot, tree: string, unshared: readonly string[]): Promise<void> {
  const index = join(slot.folder, 'restored')
  await repository.ask(['read-tree', '-u', '--reset', `--index-output=${index}`, tree], { tree: slot.tree, index: slot.index })
  await repository.ask(['clean', '-ffdq', ...unshared.flatMap((path) => ['-e', exactPattern(path)])], { tree: slot.tree, index })
}
