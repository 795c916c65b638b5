/**
 * Connects layers by the names of their blobs. If the top of a layer has the name of its bottom, the layer works in place, and
 * from there on the name means its output. Here each bottom refers to the output of one layer.
 */

import { printable } from '../../core/text.ts'
import { ForeignFileError } from '../errors.ts'
import type { CaffeLayer, CaffeNet } from './net.ts'

/** A top of a layer; of layer −1: an input of the net. */
export interface Source {
  readonly layer: number
  readonly top: number
  readonly name: string
}

export interface WiredLayer extends CaffeLayer {
  readonly index: number
  readonly inputs: readonly Source[]
}

export interface Wiring {
  readonly layers: readonly WiredLayer[]
  /** The layers that take this one's tops, once for each bottom. */
  readonly takers: readonly (readonly WiredLayer[])[]
}

/** @throws {ForeignFileError} a layer takes what no layer before it makes */
export function wire({ inputs, layers }: CaffeNet): Wiring {
  const current = new Map<string, Source>(inputs.map(({ name }, top) => [name, { layer: -1, top, name }]))
  const takers: WiredLayer[][] = layers.map(() => [])
  const wired = layers.map((layer, index): WiredLayer => {
    const sources = layer.bottoms.map((name) => {
      const source = current.get(name)
      if (source === undefined) throw missing(layer, name)
      return source
    })
    const result = { ...layer, index, inputs: sources }
    for (const source of sources) takers[source.layer]?.push(result)
    for (const [top, name] of layer.tops.entries()) current.set(name, { layer: index, top, name })
    return result
  })
  return { layers: wired, takers }
}

function missing({ name, type }: CaffeLayer, bottom: string): ForeignFileError {
  return new ForeignFileError(`${printable(name || type)}: no layer before it makes its bottom`, {
    received: printable(bottom),
    expected: 'the top of an earlier layer, or an input',
    advice: 'check the names in the .prototxt; layers for training only are left out',
  })
}
