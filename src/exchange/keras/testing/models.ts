/** Small Keras models for tests: configurations as Keras writes them, and weights that can be told apart. */

import type { Shape } from '../../../core/shapes.ts'
import { print } from '../../../notation/print.ts'
import type { ImportedModel } from '../../types.ts'
import { buildModel } from '../build.ts'
import { readGraph } from '../graph.ts'
import type { KerasWeights } from '../weights.ts'

export interface LayerConfig {
  readonly class_name: string
  readonly config: Readonly<Record<string, unknown>>
}

export const layer = (type: string, config: object = {}): LayerConfig => ({
  class_name: type,
  config: { name: type.toLowerCase(), ...config },
})

export const input = (...shape: readonly number[]) => layer('InputLayer', { batch_input_shape: [null, ...shape] })

export const sequential = (...layers: readonly LayerConfig[]) => ({
  class_name: 'Sequential',
  config: { name: 's', layers },
})

/** A model of a chain of layers, with arrays of these shapes by name: `kernel`, or `dense/kernel` of one layer. */
export function chain(
  layers: readonly LayerConfig[],
  shapes: Readonly<Record<string, Shape>> = {},
  version = '2.15.0',
) {
  return buildModel(readGraph(sequential(...layers)), weightsOf(shapes), version)
}

/** The network as notation, without names. */
export function words({ network }: ImportedModel): string {
  const text = print(network)
  return text.replace(/[\w./-]+: /g, '')
}

function weightsOf(shapes: Readonly<Record<string, Shape>>): KerasWeights {
  return {
    arrays: ({ layer }, names) =>
      names.map((name) => {
        const key = name.split('|')[0] as string
        const shape = (shapes[`${layer.name}/${key}`] ?? shapes[key]) as Shape
        return {
          shape,
          fill: (into) =>
            into.forEach((_value, index) => {
              into[index] = index
            }),
        }
      }),
  }
}
