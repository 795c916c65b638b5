/** Convolutions for tests: a geometry on a number of pictures, by one of the ways, as op cases of all directions. */

import { type OpCase, opCase } from '../../cases.ts'
import { f32 } from '../../specs.ts'
import { stepOf } from '../../testing/arrays.ts'
import { contextOf, kernelOf } from '../../testing/harness.ts'
import type { WasmCall } from '../../wasm/types.ts'
import { type Padding, type Pair, windowOn } from '../../window.ts'
import { type Conv2dGeometry, filterShape, inputShape, outputShape } from '../geometry.ts'
import { channelSum, conv2d, conv2dFilterGradient, conv2dInputGradient } from '../op.ts'

/** Ways between which there is a choice, by their names. */
export type ChosenWay = 'gemm' | 'winograd4' | 'winograd2'

export interface Trial {
  readonly batch: number
  /** Pictures of the largest run that uses the same prepared filters; default: `batch`. */
  readonly largest?: number
  /** That the work is cut for; default: 1. */
  readonly threads?: number
  readonly size: Pair
  /** Default 3×3. */
  readonly kernel?: Pair
  readonly stride?: Pair
  readonly padding?: Padding
  readonly dilation?: Pair
  readonly groups?: number
  /** Of all groups. */
  readonly channels: number
  readonly filters: number
  /** Default: the rule's choice. */
  readonly way?: ChosenWay
}

export function geometryOf(trial: Trial): Conv2dGeometry {
  const { size, kernel = [3, 3], stride = [1, 1], padding = [0, 0, 0, 0], dilation = [1, 1], ...rest } = trial
  const { channels, filters, groups = 1 } = rest
  const window = windowOn({ kernel, stride, padding, dilation }, { height: size[0], width: size[1], channels })
  return { window, channels, filters, groups }
}

/** Whether its window fits the picture. */
export function hasOutput(trial: Trial): boolean {
  return Math.min(...geometryOf(trial).window.output) > 0
}

/** Forward with a bias and bounds. */
export function forwardCase(name: string, trial: Trial, activation: 'relu' | 'relu6', fill?: OpCase['fill']): OpCase {
  const { geometry, shared, x, w, terms } = partsOf(name, trial, fill)
  const attributes = { ...geometry, bias: true, activation }
  return opCase({ ...shared, op: conv2d, attributes, inputs: [x, w, f32(geometry.filters)], terms: terms + 1 })
}

/** All directions of one geometry. */
export function directionsOf(name: string, trial: Trial, fill?: OpCase['fill']): readonly OpCase[] {
  const { geometry, shared, x, w, y, terms, pixels } = partsOf(name, trial, fill)
  const { kernel } = geometry.window
  const back = (kernel[0] * kernel[1] * geometry.filters) / geometry.groups
  const plain = { ...geometry, bias: false, activation: 'none' } as const
  return [
    forwardCase(name, trial, 'relu', fill),
    opCase({ ...shared, op: conv2d, attributes: plain, inputs: [x, w], terms }),
    opCase({ ...shared, op: conv2dInputGradient, attributes: geometry, inputs: [y, w], terms: back }),
    opCase({ ...shared, op: conv2dFilterGradient, attributes: geometry, inputs: [x, y], terms: pixels }),
  ]
}

/** The gradient of its biases. */
export function biasGradientCase(name: string, trial: Trial, fill?: OpCase['fill']): OpCase {
  const { y, pixels } = partsOf(name, trial)
  return opCase({ name, op: channelSum, attributes: {}, inputs: [y], terms: pixels, ...(fill && { fill }) })
}

function partsOf(name: string, trial: Trial, fill?: OpCase['fill']) {
  const geometry = geometryOf(trial)
  const { batch, largest, threads, way } = trial
  const [fh, fw, depth] = filterShape(geometry)
  const [n, height, width] = outputShape(geometry, batch)
  return {
    geometry,
    shared: {
      name,
      ...(way !== undefined && { way }),
      ...(largest !== undefined && { largest }),
      ...(threads !== undefined && { threads }),
      ...(fill !== undefined && { fill }),
    },
    x: f32(...inputShape(geometry, batch)),
    w: f32(...filterShape(geometry)),
    y: f32(...outputShape(geometry, batch)),
    terms: fh * fw * depth,
    pixels: n * height * width,
  }
}

/** The calls that a case comes to, all its arrays at address 0. */
export function callsOf(row: OpCase): readonly WasmCall[] {
  const at = { inputs: row.inputs.map(() => 0), outputs: [0], updates: [], prepared: 0, shared: 0 }
  return kernelOf(row).calls(stepOf(row), at, contextOf(row)).run
}
