/**
 * Which layer's output is the network's. A network for training ends in losses: what it gives in use is what its most
 * important loss is computed from. Layers that only measure (Accuracy) are left out.
 */

import { listed } from '../../core/text.ts'
import { ForeignFileError, UnsupportedModelError } from '../errors.ts'
import { losses, measures, sources } from './layers/table.ts'
import type { WiredLayer, Wiring } from './wiring.ts'

/** @throws {UnsupportedModelError} there are several */
export function outputLayer({ layers, takers }: Wiring): WiredLayer {
  const isUsed = ({ index }: WiredLayer) => takers[index]?.some(({ type }) => !measures.has(type)) === true
  const ends = layers.filter((layer) => !sources.has(layer.type) && !measures.has(layer.type) && !isUsed(layer))
  const isLoss = ({ type }: WiredLayer) => losses.has(type)
  const others = ends.filter((layer) => !isLoss(layer))
  if (others.length > 1) {
    throw new UnsupportedModelError('the network has several outputs, and ours have one', {
      received: listed(
        others.map(({ name, type }) => `${name} (${type})`),
        20,
      ),
      expected: 'one layer whose output no other layer takes',
      advice: 'remove from the .prototxt the layers that lead to the other outputs',
    })
  }
  const weight = ({ message }: WiredLayer) => message.reals('loss_weight')[0] ?? 1
  const most = Math.max(...ends.filter(isLoss).map(weight))
  const output = others[0] ?? ends.findLast((layer) => isLoss(layer) && weight(layer) === most)
  if (output !== undefined) return output
  throw new ForeignFileError('the network has no layers', {
    received: listed(layers.map(({ name, type }) => `${name} (${type})`)) || 'no layers',
    expected: 'an input and layers',
    advice: 'fetch the file again',
  })
}

/** The layers that the output needs, by their places. */
export function neededLayers({ layers }: Wiring, output: WiredLayer): ReadonlySet<number> {
  const needed = new Set<number>()
  const open = [output.index]
  for (let index = open.pop(); index !== undefined; index = open.pop()) {
    const layer = layers[index]
    if (layer === undefined || needed.has(index)) continue
    needed.add(index)
    // Of a loss, only the scores: the second bottom has the labels.
    const inputs = losses.has(layer.type) ? layer.inputs.slice(0, 1) : layer.inputs
    open.push(...inputs.map((source) => source.layer))
  }
  return needed
}
