/** PIXELSHUFFLE and PIXELUNSHUFFLE as ONNX: DepthToSpace and SpaceToDepth, or for what these cannot say, a transposition. */

import type { OnnxForm, OnnxWriting } from '../onnx.ts'

interface Attributes {
  readonly block: readonly [number, number]
  readonly depthLast: boolean
}

export const pixelShuffleForm: OnnxForm<Attributes> = (writing) => {
  const { attributes, x, output, map, node } = writing
  const { block, depthLast } = attributes
  const [down, across] = block
  if (down === across) {
    const own = { blocksize: down, mode: depthLast ? 'DCR' : 'CRD' }
    return { name: node('DepthToSpace', [map(x)], own), layout: 'map' }
  }
  const { height, width } = x.volume
  const depth = depthLast ? [down, across, output.channels] : [output.channels, down, across]
  return transposed(writing, [...depth, height, width], depthLast ? [0, 3, 4, 1, 5, 2] : [0, 1, 4, 2, 5, 3])
}

export const pixelUnshuffleForm: OnnxForm<Attributes> = (writing) => {
  const { attributes, x, output, map, node } = writing
  const { block, depthLast } = attributes
  const [down, across] = block
  if (down === across && depthLast) return { name: node('SpaceToDepth', [map(x)], { blocksize: down }), layout: 'map' }
  const sides = [x.volume.channels, output.height, down, output.width, across]
  return transposed(writing, sides, depthLast ? [0, 3, 5, 1, 2, 4] : [0, 1, 3, 5, 2, 4])
}

function transposed({ x, output, map, node, ints }: OnnxWriting, sides: readonly number[], perm: readonly number[]) {
  const split = node('Reshape', [map(x), ints([0, ...sides])], {}, 'split')
  const turned = node('Transpose', [split], { perm }, 'turned')
  return {
    name: node('Reshape', [turned, ints([0, output.channels, output.height, output.width])]),
    layout: 'map',
  } as const
}
