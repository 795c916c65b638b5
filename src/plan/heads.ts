/** Where losses are taken: of the network's output and, in a training, of the outputs of its auxiliary heads. */

import type { NetworkNode } from '../network/network.ts'
import { auxiliaryHeads, sourceOf } from '../network/training.ts'
import type { SizedNode } from '../network/volumes.ts'
import { checkDistribution, type LossSettings, resolveLoss } from '../ops/losses/table.ts'

/** A place where a loss is taken. */
export interface Head {
  /** The node that steps of the loss are filed under: `loss`, or the auxiliary head. */
  readonly name: string
  /** The node whose output it is taken of. */
  readonly output: SizedNode
  /** 1, or what an auxiliary head's loss counts. */
  readonly weight: number
  /** A closing SOFTMAX (or SIGMOID) that is not computed, as the loss takes its input. */
  readonly skipped: string | undefined
}

/**
 * The network's own head first. Throws `ArgumentError` for a closing SOFTMAX on a map.
 *
 * @param wanted nodes whose output is needed as it is: a distribution among them is computed all the same
 * @param auxiliary whether losses of auxiliary heads are taken, too
 */
export function lossHeads(
  sized: readonly SizedNode[],
  settings: LossSettings,
  { wanted, auxiliary }: { readonly wanted: ReadonlySet<string>; readonly auxiliary: boolean },
): readonly Head[] {
  const byName = new Map(sized.map((each) => [each.node.name, each]))
  const nodes = new Map(sized.map(({ node }) => [node.name, node]))
  const readers = readersOf(sized)
  const { takesLogits } = resolveLoss(settings)
  // LOSS and AUX hand on what they get: who wants theirs wants what they were given.
  const needed = new Set([...wanted].map((name) => sourceOf(nodes, name).name))
  const headAt = (name: string, end: string, weight: number): Head => {
    const closing = byName.get(sourceOf(nodes, end).name) as SizedNode
    const { distribution } = closing.layer
    if (distribution === 'classes') checkDistribution(closing.output)
    if (distribution === undefined || distribution !== takesLogits)
      return { name, output: closing, weight, skipped: undefined }
    const output = byName.get(closing.node.inputs[0] as string) as SizedNode
    const isWanted = needed.has(closing.node.name) || (readers.get(closing.node.name) ?? 0) > 1
    return { name, output, weight, skipped: isWanted ? undefined : closing.node.name }
  }
  const last = sized.at(-1) as SizedNode
  const others = auxiliary ? auxiliaryHeads(sized.map(({ node }) => node)) : []
  return [headAt('loss', last.node.name, 1), ...others.map(({ name, output, weight }) => headAt(name, output, weight))]
}

/** How many nodes read each node's output. */
function readersOf(sized: readonly { readonly node: NetworkNode }[]): ReadonlyMap<string, number> {
  const readers = new Map<string, number>()
  for (const { node } of sized) for (const input of node.inputs) readers.set(input, (readers.get(input) ?? 0) + 1)
  return readers
}
