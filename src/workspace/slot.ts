import type { Files } from '../base/ports.ts'
import type { TrustedRepository } from './repository.ts'

/** One folder of the pool. The index lies beside the tree, where its tenant has no business. */
export interface Slot {
  readonly folder: string
  readonly tree: string
  /** Our index of the tree: what `commit` holds, with the file facts as git saw them when it laid the files. */
  readonly index: string
  readonly commit: string
  /** The second in which the tree was handed over: changes within it need a closer look. */
  readonly handedOver: number
  readonly treeMode: number
}

export type SlotPorts = { readonly files: Files; readonly repository: TrustedRepository }
