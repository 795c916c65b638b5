/**
 * FC → CONV and back (CS231n notes, "Converting FC layers to CONV layers"). A layer that uses the whole map becomes one
 * with a window that covers this map: FC-4096 on 7×7×512 is CONV7-4096 p0, and GAP is AVGPOOL7. The names of layers and
 * the shapes of weights stay the same, so the weights fit both networks as they are. On larger images the converted
 * network gives a map of scores: at each position those of a crop. The layers are asked; nothing here knows their names.
 */

import { printVolume, type Volume } from '../core/shapes.ts'
import { layers } from '../layers/layers.ts'
import type { LayerUse } from '../layers/types.ts'
import type { Pair } from '../ops/window.ts'
import { checkNetwork } from './check.ts'
import { NetworkError, SizeError } from './errors.ts'
import { withInput, withoutHead } from './fitInput.ts'
import { makeNetwork, type Network, type NetworkNode } from './network.ts'
import { receptiveFields } from './receptiveField.ts'
import { auxiliaryHeads } from './training.ts'
import { inferVolumes, type SizedNode } from './volumes.ts'

/**
 * The network with windows in place of FC, GAP and GMP; `fitInput` then fits it to larger images. Throws `NetworkError` if
 * it has none of these, or if a layer would give other results on a larger map than on a crop of it (group normalization
 * over a map, FLATTEN, LOCAL, squeeze-and-excitation).
 */
export function fcToConv(network: Network): Network {
  checkNetwork('fcToConv', network)
  if (inferVolumes(network).some(({ layer }) => layer.sliding !== undefined)) return fullyConvolutional(network)
  throw new NetworkError('there is nothing to convert', {
    received: 'a network without FC, GAP and GMP',
    expected: 'a classifier, which ends in FC or GAP',
    advice: 'a network that is fully convolutional already needs only fitInput(network, size)',
  })
}

/** As `fcToConv`; a network that has only windows stays as it is. Auxiliary heads, which scores do not need, are left out. */
export function fullyConvolutional(network: Network): Network {
  const scoring = auxiliaryHeads(network.nodes).reduce((rest, { name }) => withoutHead(rest, name), network)
  const converted = makeNetwork(inferVolumes(scoring).map(withWindow))
  checkSlides(converted)
  return converted
}

/**
 * The network with FC, GAP and GMP where a window covers the whole map: the way back. Throws `NetworkError` if there is no
 * such window.
 */
export function convToFc(network: Network): Network {
  checkNetwork('convToFc', network)
  const sized = inferVolumes(network)
  const nodes = sized.map(withoutWindow)
  if (nodes.some((node, index) => node !== network.nodes[index])) return makeNetwork(nodes)
  throw new NetworkError('there is nothing to convert', {
    received: `a network for images of ${printVolume(sized[0]?.output as Volume)} in which no window covers a whole map`,
    expected: 'a CONV without padding and groups, or a pooling, on a map of its own size',
    advice: 'fitInput(network, size) with the size for which the last map is 1×1',
  })
}

/**
 * Pixels between the crops that neighboring positions of the output see. Throws `NetworkError` where an image that is
 * moved by so much does not move every map by whole positions, as behind UPSAMPLE.
 */
export function strideOf(network: Network): Pair {
  const strides = stridesOf(inferVolumes(network))
  const stride = strides.at(-1) as Pair
  const [rows, columns] = stride
  const moves = (own: Pair, axis: 0 | 1) => own[axis] === 0 || Number.isInteger(stride[axis] / own[axis])
  if (rows >= 1 && columns >= 1 && strides.every((own) => moves(own, 0) && moves(own, 1))) return stride
  throw new NetworkError('the positions of the output are no crops of the image', {
    received: `output positions ${rows}×${columns} pixels apart, and layers with others`,
    expected: 'a classifier without UPSAMPLE: each stride divides that of the output',
    advice,
  })
}

/** Of every layer's output, in the network's order. */
function stridesOf(sized: readonly SizedNode[]): readonly Pair[] {
  return [...receptiveFields(sized).values()].map(({ stride }) => stride)
}

function withWindow({ node, layer, inputs }: SizedNode): NetworkNode {
  return layer.sliding === undefined ? node : { ...node, ...layer.sliding.window(node.attributes, inputs[0] as Volume) }
}

function withoutWindow({ node, inputs }: SizedNode): NetworkNode {
  const [volume] = inputs
  const use = volume && wholeMap(node, volume)
  return use === undefined ? node : { ...node, ...use }
}

function wholeMap(node: NetworkNode, volume: Volume): LayerUse | undefined {
  for (const { type, sliding } of Object.values(layers)) {
    const attributes = sliding?.whole(node, volume)
    if (attributes !== undefined) return { type, attributes }
  }
  return undefined
}

/**
 * Throws unless each position of the output on a larger image is what a crop of it gives, padding aside: every layer must
 * use a part of the map, have the same weights for any size of it, and grow by whole positions on an image that is larger by
 * one stride.
 */
function checkSlides(network: Network): void {
  const sized = inferVolumes(network)
  const whole = sized.find(({ node, layer, inputs }) => {
    return inputs[0] !== undefined && layer.sight?.(node.attributes, inputs[0])?.kind === 'everything'
  })
  if (whole !== undefined) throw doesNotSlide(whole, 'its results depend on the whole map, not on a part of it')
  const [{ output: input }] = sized as readonly [SizedNode, ...SizedNode[]]
  // Branches of 1×1 beside maps hide the stride of the maps, so that of the output may be too small.
  const strides = stridesOf(sized)
  const widest = (axis: 0 | 1) => Math.ceil(Math.max(...strides.map((stride) => stride[axis])))
  const moved = { ...input, height: input.height + widest(0), width: input.width + widest(1) }
  const larger = inferLarger(network, moved, sized)
  const other = sized.find(({ parameters }, index) => shapes(parameters) !== shapes(larger[index]?.parameters ?? []))
  if (other !== undefined) throw doesNotSlide(other, 'it has other weights for each position of the map')
  strideOf(network)
  const fixed = sized.find(({ output }, index) => {
    const grown = (side: 'height' | 'width') => (larger[index] as SizedNode).output[side] - output[side]
    const [rows, columns] = strides[index] as Pair
    return grown('height') !== widest(0) / rows || grown('width') !== widest(1) / columns
  })
  if (fixed !== undefined) throw doesNotSlide(fixed, 'on a larger image its map is not larger by as much')
}

const shapes = (parameters: SizedNode['parameters']) => JSON.stringify(parameters.map(({ shape }) => shape))

function inferLarger(network: Network, volume: Volume, sized: readonly SizedNode[]): readonly SizedNode[] {
  try {
    return inferVolumes(withInput(network, volume))
  } catch (error) {
    if (!(error instanceof SizeError)) throw error
    const at = sized.find(({ node }) => node.name === error.node) as SizedNode
    throw doesNotSlide(at, 'it joins branches that differ on a larger map', error)
  }
}

const advice = 'evaluate the crops one by one, with predict'

function doesNotSlide({ node, layer, inputs }: SizedNode, reason: string, cause?: SizeError): NetworkError {
  return new NetworkError(`${node.name}: the network cannot be made fully convolutional: ${reason}`, {
    received: `${layer.notation.word} on ${inputs.map(printVolume).join(' and ')}`,
    expected:
      'layers that compute each position from a part of the map; FC (without FLATTEN), GAP and GMP become windows',
    advice,
    cause,
  })
}
