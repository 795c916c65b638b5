/** Runs a network of Caffe's, for tests: on the reference, with values in Caffe's order. */

import { Model } from '../../../model/model.ts'
import { print } from '../../../notation/print.ts'
import { readCaffe } from '../read.ts'
import { caffemodel, folder, type StoredLayer } from './files.ts'
import type { Maps } from './plain.ts'

/** The words of the network that is read, in the notation. */
export async function notationOf(prototxt: string, layers?: readonly StoredLayer[]): Promise<string> {
  return print((await read(prototxt, layers)).network)
}

export function read(prototxt: string, layers?: readonly StoredLayer[]) {
  return readCaffe(folder({ 'net.prototxt': prototxt, ...(layers && { 'net.caffemodel': caffemodel(layers) }) }))
}

/** `input: "data"` of the shape of these maps. */
export const inputOf = ({ shape: [c, h, w] }: Maps) =>
  `input: "data" input_shape { dim: 1 dim: ${c} dim: ${h} dim: ${w} }\n`

/** The output for one image, [c, h, w]. The prototxt begins after its input. */
export async function outputOf(
  prototxt: string,
  layers: readonly StoredLayer[],
  input: Maps,
): Promise<readonly number[]> {
  const { network, weights, info } = await read(inputOf(input) + prototxt, layers)
  const [channels, ...sides] = input.shape
  const area = sides[0] * sides[1]
  const images = Float32Array.from({ length: channels * area }, (_, i) => {
    return input.values[(i % channels) * area + Math.floor(i / channels)] as number
  })
  await using model = await Model.create(network, { weights, backend: 'reference' })
  const scores = await model.predict(images)
  const depth = info.tensors?.output.shape[0] ?? scores.length
  const positions = scores.length / depth
  return Array.from(scores, (_, i) => scores[(i % positions) * depth + Math.floor(i / positions)] as number)
}
