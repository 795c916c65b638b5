/**
 * Which values a network takes, where its file does not say it but its first layers do: many networks subtract the mean
 * of their training images themselves. A mean of (104, 117, 123) is that of ImageNet in the range 0 to 255, blue first
 * (Caffe); (0.485, 0.456, 0.406) is the same in the range 0 to 1, red first (torchvision).
 *
 * The layers are asked by numbers, not by their kind: what they make of a few values says whether each channel becomes
 * a·x + b, and −b/a is the value that becomes 0.
 */

import { sameVolume, type Volume } from '../core/shapes.ts'
import type { Normalization } from '../data/normalization.ts'
import { Model } from '../model/model.ts'
import { fitInput } from '../network/fitInput.ts'
import { makeNetwork, type Network } from '../network/network.ts'
import { inferVolumes } from '../network/volumes.ts'
import type { WindowSpec } from '../ops/window.ts'
import type { ImportedModel } from './types.ts'

/** Means that networks subtract, in red, green, blue, of values from 0 to 1. */
const means = [
  // ImageNet's, rounded in one way or another: 123.68, 116.78, 103.94 (VGG), 124, 117, 104 (SqueezeNet).
  { of: [0.485, 0.456, 0.406], within: 0.008 },
  // To −1..1 (TensorFlow).
  { of: [0.5, 0.5, 0.5], within: 0.003 },
] as const

/** Layers in front of which nothing is looked for: a difference, a quotient, and a spare one. */
const most = 3

/** The model with the normalization that its first layers imply, and a note; the same model where they imply none. */
export async function withInputValues(model: ImportedModel): Promise<ImportedModel> {
  if (model.info.normalization !== undefined) return model
  const found = await inputValues(model)
  if (found === undefined) return model
  const { normalization, zero, layer } = found
  const range = normalization.std[0] === 1 ? '1' : '255'
  const order = normalization.colors === 'bgr' ? 'blue, green, red' : 'red, green, blue'
  const note = `the layer ${layer} subtracts ${zero.map((value) => Number(value.toPrecision(3))).join(', ')}: images are taken as ${order} from 0 to ${range}`
  return { ...model, info: { ...model.info, normalization }, notes: [...model.notes, note] }
}

interface Found {
  readonly normalization: Normalization
  /** The value of each channel that becomes 0. */
  readonly zero: readonly number[]
  /** The last of the layers that were asked. */
  readonly layer: string
}

async function inputValues({ network, weights }: ImportedModel): Promise<Found | undefined> {
  const front = pointwiseFront(network)
  // Of several layers, the last one that leaves each channel on its own counts: (x − mean)/deviation may be two.
  for (let length = front.length; length > 1; length--) {
    const zero = await zeroOf(makeNetwork(front.slice(0, length)), weights)
    const normalization = zero && normalizationOf(zero)
    if (normalization) return { normalization, zero, layer: front[length - 1]?.name as string }
  }
  return undefined
}

/** INPUT of three channels and the layers behind it that see one position each, in a chain. */
function pointwiseFront(network: Network): Network['nodes'] {
  const [input, ...others] = inferVolumes(network)
  if (input === undefined || input.output.channels !== 3) return []
  const front = [input.node]
  for (const { node, layer, inputs, output } of others.slice(0, most)) {
    const last = front.at(-1)?.name as string
    const users = network.nodes.filter((other) => other.inputs.includes(last))
    const sight = layer.sight?.(node.attributes, inputs[0] as Volume)
    if (users.length > 1 || node.inputs.join() !== last || !sameVolume(output, input.output)) break
    if (sight !== undefined && !(sight.kind === 'window' && isPoint(sight.window))) break
    front.push(node)
  }
  return front
}

const isPoint = ({ kernel }: WindowSpec) => kernel.every((side) => side === 1)

/** Bytes at the ends, their middle, and what no image has: a function that clips is not taken for a straight line. */
const probes = [0, 255, 127.5, -255] as const

/** For a network that makes a·x + b of each channel: −b/a. */
async function zeroOf(network: Network, weights: ImportedModel['weights']): Promise<readonly number[] | undefined> {
  const point = fitInput(network, { height: 1, width: 1, channels: 3 })
  const own = inferVolumes(point).flatMap(({ node, parameters }) =>
    parameters.map(({ name }) => `${node.name}.${name}`),
  )
  const given = new Map([...weights].filter(([name]) => own.includes(name)))
  await using model = await Model.create(point, { weights: given, backend: 'reference' })
  // Each channel is moved while the others stay at 0, so that a mixture of channels shows.
  const images = probes.flatMap((value) =>
    [0, 1, 2].flatMap((moved) => [0, 1, 2].map((c) => (c === moved ? value : 0))),
  )
  const scores = await model.predict(Float32Array.from(images))
  const at = (probe: number, moved: number, channel: number) => scores[(probe * 3 + moved) * 3 + channel] as number
  const zero = [0, 1, 2].map((c) => {
    const [b, high, middle, low] = [0, 1, 2, 3].map((probe) => at(probe, c, c)) as [number, number, number, number]
    const slope = (high - b) / 255
    const size = Math.max(Math.abs(high), Math.abs(low), Math.abs(b))
    // float32 rounds scores to 2⁻²⁴ of their size; there are three of them in each sum.
    const isSame = (x: number, y: number) => Math.abs(x - y) <= 4 * 2 ** -23 * size
    const alone = probes.every((_, probe) => [0, 1, 2].every((other) => other === c || isSame(at(probe, other, c), b)))
    return alone && slope > 0 && isSame(middle + middle, high + b) && isSame(low + high, b + b)
      ? -b / slope
      : Number.NaN
  })
  return zero.every(Number.isFinite) ? zero : undefined
}

function normalizationOf(zero: readonly number[]): Normalization | undefined {
  for (const unit of [1, 255]) {
    for (const { of, within } of means) {
      for (const colors of ['rgb', 'bgr'] as const) {
        const order = colors === 'rgb' ? of : of.toReversed()
        if (!order.every((mean, c) => Math.abs((zero[c] as number) / unit - mean) <= within)) continue
        const spread = (value: number) => [value, value, value]
        return { mean: spread(0), std: spread(1 / unit), ...(colors === 'bgr' && { colors }) }
      }
    }
  }
  return undefined
}
