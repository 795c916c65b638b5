/** Outputs of layers for given pictures, by a plan with taps that is bound for the duration of the call. */

import type { Program } from '../backends/types.ts'
import { ArgumentError } from '../core/errors.ts'
import { printKind } from '../core/options.ts'
import { type Shape, sizeOf } from '../core/shapes.ts'
import { runsOf } from '../plan/sizes.ts'

export interface LayerActivations {
  readonly data: Float32Array
  /** [n, height, width, channels] */
  readonly shape: Shape
}

/** By the layer's name, in the network's order. */
export type Activations = Readonly<Record<string, LayerActivations>>

/** For `Model.activations`. `pictures` are [count, h, w, c]. */
export async function activationsOf(
  bind: () => Promise<Program>,
  pictures: Float32Array,
  count: number,
  names: unknown,
): Promise<Activations> {
  if (!Array.isArray(names) || names.length === 0 || !names.every((name) => typeof name === 'string')) {
    throw new ArgumentError('activations takes the names of layers', {
      received: printKind(names),
      expected: "a list such as ['conv1', 'relu*']",
    })
  }
  const program = await bind()
  try {
    const { network, ports, sections, buffers } = program.plan
    const tapped = new Map(Object.entries(ports.taps ?? {}))
    const taps = network.nodes.flatMap(({ name }) => {
      const buffer = tapped.get(name)
      if (buffer === undefined) return []
      const shape = [count, ...(buffers[buffer]?.shape.slice(1) ?? [])]
      return [{ name, buffer, shape, data: new Float32Array(sizeOf(shape)) }]
    })
    const each = pictures.length / count
    let first = 0
    for (const size of runsOf(count, sections.scores?.sizes ?? [])) {
      const end = Math.min(first + size, count)
      program.write(ports.pictures, pictures.subarray(first * each, end * each))
      await program.run({ section: 'scores', pictures: size })
      for (const { buffer, data } of taps) {
        const values = data.length / count
        await program.read(buffer, data.subarray(first * values, end * values))
      }
      first = end
    }
    return Object.fromEntries(taps.map(({ name, shape, data }) => [name, { data, shape }]))
  } finally {
    await program.dispose()
  }
}
