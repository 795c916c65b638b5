/**
 * Receptive fields: how much of the picture one output position sees. Each layer answers with its sight; the fields
 * follow by composition, branches by union. They count as if the picture had no edges, and may exceed it.
 */

import type { Volume } from '../core/shapes.ts'
import type { Sight } from '../layers/sight.ts'
import { everything, pixel, pixelCount, pixelsAt, type Stretch, throughWindow, union, upsampled } from './stretch.ts'
import { inputsOf } from './training.ts'
import type { SizedNode } from './volumes.ts'

/**
 * Exact for windows, for branches whose strides agree, and for upsampling with no stride before it. Otherwise an upper
 * bound: wide enough to hold what every branch sees at every position, with the widest stride of the branches.
 */
export interface ReceptiveField {
  /** Pixels of the input, [height, width], from the first to the last that is seen; may exceed the picture. */
  readonly size: readonly [number, number]
  /** Pixels between the fields of neighbouring positions: less than 1 behind upsampling, 0 where all see the same. */
  readonly stride: readonly [number, number]
  /** First row and column of the input that the output's position (0, 0) sees; negative where it sees padding. */
  readonly start: readonly [number, number]
}

/** What is asked of a node. */
export interface SightedNode {
  readonly name: string
  readonly inputs: readonly { readonly name: string; readonly volume: Volume }[]
  readonly sight?: Sight | undefined
}

/** By node name. */
export function receptiveFields(nodes: readonly SizedNode[]): ReadonlyMap<string, ReceptiveField> {
  const stretches = traceSights(
    nodes.map((sized) => ({
      name: sized.node.name,
      inputs: inputsOf(sized.node).map((name, index) => ({ name, volume: sized.inputs[index] as Volume })),
      sight: sightOf(sized),
    })),
  )
  return new Map([...stretches].map(([name, axes]) => [name, receptiveField(axes)]))
}

function sightOf({ node, layer, inputs }: SizedNode): Sight | undefined {
  // A source has no input, and no sight.
  return layer.sight?.(node.attributes, inputs[0] as Volume)
}

export function receptiveField([rows, columns]: Axes): ReceptiveField {
  return {
    size: [pixelCount(rows), pixelCount(columns)],
    stride: [rows.stride / rows.unit, columns.stride / columns.unit],
    start: [pixelsAt(rows, 0)[0], pixelsAt(columns, 0)[0]],
  }
}

type Axes = readonly [rows: Stretch, columns: Stretch]

/** Both axes of every node's field, by node name. Nodes come after their inputs. */
export function traceSights(nodes: readonly SightedNode[]): ReadonlyMap<string, Axes> {
  const known = new Map<string, Axes>()
  for (const { name, inputs, sight } of nodes) {
    const axis = (index: 0 | 1): Stretch => {
      const sides = inputs.map(({ volume }) => (index === 0 ? volume.height : volume.width))
      const positions = Math.max(1, ...sides)
      const branches = inputs.map((input, branch) => {
        const seen = known.get(input.name)?.[index] ?? pixel
        // A single position beside many is broadcast: all see the same of it.
        return sides[branch] === positions ? seen : { ...seen, stride: 0 }
      })
      return look(branches.length === 0 ? pixel : union(branches, positions), positions, sight, index)
    }
    known.set(name, [axis(0), axis(1)])
  }
  return known
}

function look(seen: Stretch, positions: number, sight: Sight | undefined, axis: 0 | 1): Stretch {
  if (sight === undefined) return seen
  if (sight.kind === 'everything') return everything(seen, positions)
  const larger = sight.kind === 'upsample' ? upsampled(seen, sight.factor[axis], sight.zeros === true) : seen
  return sight.window === undefined ? larger : throughWindow(larger, sight.window, axis)
}
