import { join } from 'node:path'
import { allSettled } from './settled.ts'
import type { Slot, SlotPorts } from './slot.ts'
import { lookAround, removeStrangers } from './sweep.ts'

/** A new slot with a commit laid out. */
export async function layNew(ports: SlotPorts, folder: string, commit: string): Promise<Slot> {
  const tree = join(folder, 'tree')
  await ports.files.makeFolder(tree)
  const treeMode = (await ports.files.stat(tree))?.mode ?? 0
  return lay(ports, { folder, tree, index: join(folder, 'index'), commit, handedOver: 0, treeMode })
}

/** A used slot made as new at another commit; undefined when something of the former tenant could not be removed. */
export async function layAgain(ports: SlotPorts, used: Slot, commit: string): Promise<Slot | undefined> {
  await ports.files.remove(join(used.tree, '.git'))
  const [found, slot] = await allSettled([lookAround(ports.files, used), lay(ports, { ...used, commit })])
  const state = await removeStrangers(ports, slot, found, used.handedOver)
  if (state === 'replaced') return (await layBare(ports, slot, used.handedOver)) ? slot : undefined
  return state === 'clean' ? slot : undefined
}

/** The slow way, where a tenant put something else in the place of files, or made names that only git can write. */
async function layBare(ports: SlotPorts, slot: Slot, handedOver: number): Promise<boolean> {
  await ports.repository.ask(['clean', '-ffdxq'], { tree: slot.tree, index: slot.index })
  await lay(ports, slot)
  return (await removeStrangers(ports, slot, await lookAround(ports.files, slot), handedOver)) === 'clean'
}

/** Forced: every file whose facts differ from those recorded is written again, and git never writes through a link. */
async function lay({ files, repository }: SlotPorts, slot: Slot): Promise<Slot> {
  await repository.ask(['read-tree', '-u', '--reset', `${slot.commit}^{commit}`], { tree: slot.tree, index: slot.index })
  const modified = (await files.stat(slot.index))?.modifiedMs ?? 0
  return { ...slot, handedOver: Math.floor(modified / 1000) }
}
