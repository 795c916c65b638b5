/**
 * Receptive fields: how much of the picture one output position sees. Each window widens the field by (extent − 1) times
 * the distance between neighbours, and multiplies that distance by its stride; branches take the widest.
 */

import type { SizedNode } from './volumes.ts'

export interface ReceptiveField {
  /** Pixels of the input, [height, width]; may exceed the picture. */
  readonly size: readonly [number, number]
  /** Pixels between the fields of neighbouring positions. */
  readonly stride: readonly [number, number]
}

/** By node name. */
export function receptiveFields(nodes: readonly SizedNode[]): ReadonlyMap<string, ReceptiveField> {
  const fields = new Map<string, ReceptiveField>()
  for (const { node, layer, inputs } of nodes) {
    const before = node.inputs.map((name) => fields.get(name) as ReceptiveField)
    const widest = (pick: (field: ReceptiveField) => number) => Math.max(1, ...before.map(pick))
    const window = layer.window?.(node.attributes, inputs)
    const axis = (index: 0 | 1): [size: number, stride: number] => {
      const size = widest((field) => field.size[index])
      const stride = widest((field) => field.stride[index])
      if (window === undefined) return [size, stride]
      const extent = window.dilation[index] * (window.kernel[index] - 1) + 1
      return [size + (extent - 1) * stride, stride * window.stride[index]]
    }
    const [rows, columns] = [axis(0), axis(1)]
    fields.set(node.name, { size: [rows[0], columns[0]], stride: [rows[1], columns[1]] })
  }
  return fields
}
