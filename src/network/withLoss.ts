/** A network with another loss: for data that its own is not made for. */

import { loss as lossLayer } from '../layers/loss/layer.ts'
import { type LossKind, resolveLoss } from '../ops/losses/table.ts'
import { layerOf, makeNetwork, type Network, type NetworkNode } from './network.ts'

/** Its loss and a closing SOFTMAX, whose probabilities belong to classes, are left out; `LOSS kind` comes last. */
export function withLoss({ nodes }: Network, kind: LossKind): Network {
  const kept = [...nodes]
  while (isOfClasses(kept.at(-1))) kept.pop()
  const { name = '' } = kept.at(-1) ?? {}
  const names = new Set(kept.map((node) => node.name))
  let count = 1
  while (names.has(`${lossLayer.type}${count}`)) count++
  const last = {
    name: `${lossLayer.type}${count}`,
    type: lossLayer.type,
    attributes: resolveLoss(kind).settings,
    inputs: [name],
  } as NetworkNode
  return makeNetwork([...kept, last])
}

function isOfClasses(node: NetworkNode | undefined): boolean {
  if (node === undefined) return false
  const { loss, distribution } = layerOf(node)
  return loss !== undefined || distribution === 'classes'
}
