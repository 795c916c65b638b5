/**
 * The arrays of layers as weights of ours. Caffe's filters are [K, C, H, W], also those of a fully connected layer, whose rows
 * count channels, rows, columns; ours are [H, W, C, K].
 */

import { printShape, type Shape, sizeOf } from '../../core/shapes.ts'
import { printable } from '../../core/text.ts'
import type { WeightSource } from '../../model/weightSource.ts'
import { ForeignFileError } from '../errors.ts'
import type { Blob } from './blob.ts'
import type { CaffeLayer } from './net.ts'

/** Reads the value of an index. */
export type Read = (index: number) => number

/** An array of a layer; without values where there is no .caffemodel. */
export interface LayerArray {
  readonly shape: Shape
  source(shape: Shape, fill: (read: Read, into: Float32Array) => void): WeightSource
}

export class Arrays {
  readonly #byLayer: ReadonlyMap<string, readonly Blob[]> | undefined
  readonly #faults: string[] = []

  /** @param layers those of the .caffemodel; undefined: there is none */
  constructor(layers: readonly CaffeLayer[] | undefined) {
    this.#byLayer =
      layers && new Map(layers.filter(({ blobs }) => blobs.length > 0).map(({ name, blobs }) => [name, blobs]))
  }

  get areThere(): boolean {
    return this.#byLayer !== undefined
  }

  /** The shapes of a layer's arrays in the file; undefined if the file has none for it. */
  shapesOf(name: string): readonly Shape[] | undefined {
    return this.#byLayer?.get(name)?.map(({ shape }) => shape)
  }

  /** The arrays of a layer, which must have these shapes; faults are collected for `check`. */
  take(name: string, shapes: readonly Shape[]): readonly LayerArray[] {
    const blobs = this.#byLayer?.get(name)
    if (this.#byLayer !== undefined) {
      const fault = faultOf(blobs, shapes)
      if (fault !== undefined) this.#faults.push(`${printable(name)}: ${fault}`)
    }
    return shapes.map((shape, index) => arrayOf(name, shape, blobs?.[index]))
  }

  /** @throws {ForeignFileError} with all layers whose arrays are missing or have another shape */
  check(): void {
    const [first, ...others] = this.#faults
    if (first === undefined) return
    throw new ForeignFileError('the weights do not belong to this network', {
      received: [first, ...others.slice(0, 9), ...(others.length > 9 ? [`${others.length - 9} more`] : [])].join('; '),
      expected: 'for each layer of the .prototxt the arrays of the layer of this name in the .caffemodel',
      advice: 'use the .prototxt that the .caffemodel was published with',
    })
  }
}

function faultOf(blobs: readonly Blob[] | undefined, shapes: readonly Shape[]): string | undefined {
  if (blobs === undefined) return 'no arrays'
  if (blobs.length !== shapes.length) return `${blobs.length} arrays, not ${shapes.length}`
  for (const [index, shape] of shapes.entries()) {
    const found = (blobs[index] as Blob).shape
    if (!sameLengths(found, shape)) return `${printShape(found)}, not ${printShape(shape)}`
  }
  return undefined
}

/** Old files have 1×1×K×D for [K, D], and one value as 1×1×1×1. */
function sameLengths(a: Shape, b: Shape): boolean {
  const [left, right] = [a, b].map((shape) => shape.filter((length) => length !== 1)) as [number[], number[]]
  return left.length === right.length && left.every((length, axis) => length === right[axis])
}

function arrayOf(name: string, shape: Shape, blob: Blob | undefined): LayerArray {
  return {
    shape,
    source: (ours, fill) => ({
      shape: ours,
      fill(into) {
        if (blob === undefined || blob.size !== sizeOf(shape))
          throw new ForeignFileError(`${printable(name)}: there are no weights`, { expected: 'a .caffemodel' })
        fill(blob.reader(), into)
      },
    }),
  }
}

/** As they are. */
export const copy = (read: Read, into: Float32Array): void => {
  for (let i = 0; i < into.length; i++) into[i] = read(i)
}

/** Rows that are written together: as many neighboring float32 as a line of the cache has. */
const block = 16

/** [outer, depth, area] → [area, depth, outer]. */
export function fillTurned(outer: number, depth: number, area: number) {
  const row = depth * area
  return (read: Read, into: Float32Array): void => {
    for (let from = 0; from < outer; from += block) {
      const to = Math.min(from + block, outer)
      for (let place = 0; place < area; place++)
        for (let channel = 0; channel < depth; channel++) {
          const [ours, theirs] = [(place * depth + channel) * outer, channel * area + place]
          for (let k = from; k < to; k++) into[ours + k] = read(k * row + theirs)
        }
    }
  }
}

/** [depth, area, outer] → [area, depth, outer]: a fully connected layer with `transpose`. */
export function fillSwapped(outer: number, depth: number, area: number) {
  return (read: Read, into: Float32Array): void => {
    for (let place = 0; place < area; place++)
      for (let channel = 0; channel < depth; channel++) {
        const [ours, theirs] = [(place * depth + channel) * outer, (channel * area + place) * outer]
        for (let k = 0; k < outer; k++) into[ours + k] = read(theirs + k)
      }
  }
}
