/** What norms of groups of an image's values (GN, IN, LN over the volume) share as ONNX. */

import type { OnnxForm, OnnxWriting } from './onnx.ts'

interface Attributes {
  readonly epsilon: number
}

/**
 * Groups of channels to mean 0 and variance 1, then scale and shift of each channel. Before opset 21 GroupNormalization has
 * scales for groups and not for channels, so the groups are instances: [N, G, values of a group].
 */
export function groupsForm<A extends Attributes>(groupsOf: (attributes: A, channels: number) => number): OnnxForm<A> {
  return (writing) => {
    const { x, map, node, ints, floats, attributes, opset } = writing
    const { height, width, channels } = x.volume
    const groups = groupsOf(attributes, channels)
    const epsilon = { epsilon: { float: attributes.epsilon } }
    if (groups === channels) {
      const { scale, shift } = affine(writing, channels)
      return { name: node('InstanceNormalization', [map(x), scale, shift], epsilon), layout: 'map' }
    }
    if (opset >= 21) {
      const { scale, shift } = affine(writing, channels)
      const name = node('GroupNormalization', [map(x), scale, shift], { ...epsilon, num_groups: groups })
      return { name, layout: 'map' }
    }
    const split = node('Reshape', [map(x), ints([0, groups, -1])], {}, 'groups')
    const [ones, zeros] = [1, 0].map((value) => floats(Array.from({ length: groups }, () => value))) as [string, string]
    const normal = node('InstanceNormalization', [split, ones, zeros], epsilon, 'normal')
    let name = node('Reshape', [normal, ints([0, channels, height, width])])
    const shape = [channels, 1, 1]
    const [scale, shift] = [writing.weight('scale', { shape }), writing.weight('shift', { shape })]
    if (scale !== undefined) name = node('Mul', [name, scale], {}, 'scaled')
    if (shift !== undefined) name = node('Add', [name, shift], {}, 'shifted')
    return { name, layout: 'map' }
  }
}

/** Scale and shift, 1 and 0 where they are left out. */
export function affine({ weight, floats }: Pick<OnnxWriting, 'weight' | 'floats'>, channels: number) {
  const all = (value: number) => floats(Array.from({ length: channels }, () => value))
  return { scale: weight('scale') ?? all(1), shift: weight('shift') ?? all(0) }
}
