/** Where the weights of Keras layers are found: the interface, and the search by name that two formats share. */

import type { Shape } from '../../core/shapes.ts'
import type { WeightSource } from '../../model/weightSource.ts'
import type { KerasGraph, KerasLayer } from './graph.ts'

/** An array of a file. */
export interface KerasArray {
  readonly shape: Shape
  fill(into: Float32Array): void
}

/** A layer, and the models that it is in, from the outside. */
export interface LayerPlace {
  readonly models: readonly { readonly graph: KerasGraph; readonly layer: KerasLayer | undefined }[]
  readonly layer: KerasLayer
}

export interface KerasWeights {
  /**
   * The arrays of a layer, in Keras's order.
   *
   * @param names what Keras calls each: `['kernel', 'bias']`; `kernel|depthwise_kernel` where versions differ
   * @throws {ForeignFileError} one is not in the file
   */
  arrays(place: LayerPlace, names: readonly string[]): readonly KerasArray[]
}

/** Another shape of the same values. */
export function reshaped({ fill }: KerasArray, shape: Shape): WeightSource {
  return { shape, fill }
}

/** What a variable is called: `kernel` of `model/conv1/kernel:0`. */
export function lastPart(path: string): string {
  return (path.split('/').at(-1) as string).replace(/:\d+$/, '')
}

/**
 * Of the variables' paths, those of a layer, one for each name. A path has the layer's name before the variable's; where
 * Keras had to make it unique, with a number that is no other layer's (`conv2d_10_1/kernel` of `conv2d_10`).
 */
export function findByName(
  paths: readonly string[],
  layer: string,
  isLayer: (name: string) => boolean,
  names: readonly string[],
): readonly string[] | undefined {
  const named = paths.map((path) => ({ path, parts: path.split('/').slice(0, -1), last: lastPart(path) }))
  const ours = (part: string) => part === layer
  const numbered = (part: string) => part.replace(/_\d+$/, '') === layer && !isLayer(part)
  for (const matches of [ours, numbered]) {
    const candidates = named.filter(({ parts }) => parts.some(matches))
    const found = names.map((name) => candidates.find(({ last }) => name.split('|').includes(last))?.path)
    if (found.every((path) => path !== undefined)) return found
  }
  return undefined
}
