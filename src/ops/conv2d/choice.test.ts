/** The rule's answers for layers of real networks: a change of the rule changes bits and speed, and should be seen here. */

import { describe, expect, it } from 'vitest'
import { f32 } from '../specs.ts'
import type { WasmContext } from '../wasm/types.ts'
import type { Pair } from '../window.ts'
import { inputShape } from './geometry.ts'
import { type ChosenWay, geometryOf } from './testing/trial.ts'
import { conv2dWays } from './wasm.ts'
import { chooseWay } from './ways.ts'
import { type Conv2dWork, workOf } from './work.ts'

interface Layer {
  readonly batch?: number
  readonly size: number
  /** Default 1. */
  readonly padding?: number
  readonly channels: number
  readonly filters: number
  readonly kernel?: Pair
  readonly stride?: Pair
  readonly dilation?: Pair
  readonly groups?: number
}

function layerWork({ batch = 1, size, padding = 1, ...given }: Layer, context: Partial<WasmContext> = {}): Conv2dWork {
  const trial = { batch, size: [size, size], padding: [padding, padding, padding, padding], ...given } as const
  const attributes = geometryOf(trial)
  const step = { attributes, inputs: [f32(...inputShape(attributes, batch))], outputs: [], updates: [] }
  return workOf(step, { exact: false, ...context })
}

/** Forward, input gradient, filter gradient. */
const namesOf = (work: Conv2dWork) => [
  chooseWay(conv2dWays.forward, work).name,
  chooseWay(conv2dWays.inputGradient, work).name,
  chooseWay(conv2dWays.filterGradient, work).name,
]
const all = (name: string) => [name, name, name]

describe('the rule', () => {
  it.each([
    ['VGG conv1_1, from pictures', { size: 224, channels: 3, filters: 64 }, 'gemm'],
    ['VGG conv1_2', { size: 224, channels: 64, filters: 64 }, 'winograd4'],
    ['VGG conv3_2', { size: 56, channels: 256, filters: 256 }, 'winograd4'],
    ['VGG conv5_1', { size: 14, channels: 512, filters: 512 }, 'winograd4'],
    ['ResNet-18 stage 2', { size: 56, channels: 64, filters: 64 }, 'winograd4'],
    ['ResNet-18 stage 3', { size: 28, channels: 128, filters: 128 }, 'winograd4'],
    ['ResNet-18 stage 4', { size: 14, channels: 256, filters: 256 }, 'winograd4'],
    ['ResNet-18 stage 5, one picture', { size: 7, channels: 512, filters: 512 }, 'winograd2'],
    ['ResNet-18 stage 5, 32 pictures', { batch: 32, size: 7, channels: 512, filters: 512 }, 'winograd4'],
    ['ResNeXt-50 stage 3, 16 channels a group', { size: 14, channels: 512, filters: 512, groups: 32 }, 'gemm'],
    ['ResNeXt-50 stage 4, 32 channels a group', { size: 7, channels: 1024, filters: 1024, groups: 32 }, 'winograd4'],
  ] as const)('%s, forward', (_name, layer, way) => {
    expect(chooseWay(conv2dWays.forward, layerWork(layer)).name).toBe(way)
  })

  it.each([
    ['ResNet-20, 16 channels', { batch: 128, size: 32, channels: 16, filters: 16 }],
    ['ResNet-20, 32 channels', { batch: 128, size: 16, channels: 32, filters: 32 }],
    ['ResNet-20, 64 channels', { batch: 128, size: 8, channels: 64, filters: 64 }],
  ] as const)('%s, trained: all directions', (_name, layer) => {
    expect(namesOf(layerWork(layer))).toEqual(all('winograd4'))
    expect(namesOf(layerWork(layer, { exact: true }))).toEqual(all('gemm'))
  })

  it.each([
    ['few channels', { batch: 16, size: 16, channels: 4, filters: 4 }],
    ['one pixel', { batch: 16, size: 1, channels: 64, filters: 64 }],
  ] as const)('%s: products', (_name, layer) => {
    expect(namesOf(layerWork(layer))).toEqual(all('gemm'))
  })
})

const wide: Layer = { batch: 8, size: 28, channels: 64, filters: 64 }

it.each([
  ['strides', { ...wide, stride: [1, 2] }],
  ['dilation', { ...wide, dilation: [2, 2] }],
  ['other kernels', { ...wide, kernel: [5, 3] }],
] as const)('%s do not fit, whatever is asked for', (_what, layer) => {
  for (const way of ['winograd4', 'winograd2'] as const) expect(namesOf(layerWork(layer, { way }))).toEqual(all('gemm'))
})

it('groups use the method of a convolution of their size, except for the filter gradient', () => {
  const groups = { ...wide, channels: 256, filters: 256, groups: 4 }
  expect(namesOf(layerWork(wide))).toEqual(all('winograd4'))
  expect(namesOf(layerWork(groups))).toEqual(['winograd4', 'winograd4', 'gemm'])
  expect(namesOf(layerWork(groups, { exact: true }))).toEqual(all('gemm'))
})

it('a way that is asked for is taken', () => {
  const asked = (layer: Layer, way: ChosenWay) => namesOf(layerWork(layer, { way }))
  expect(asked(wide, 'gemm')).toEqual(all('gemm'))
  expect(asked(wide, 'winograd2')).toEqual(all('winograd2'))
  expect(asked({ size: 5, channels: 1, filters: 1 }, 'winograd4')).toEqual(all('winograd4'))
})

it('what needs no choice has none', () => {
  const depthwise = { batch: 2, size: 9, channels: 16, filters: 16, groups: 16 }
  const covered = { batch: 2, size: 3, padding: 0, channels: 16, filters: 16 }
  for (const context of [{}, { exact: true }, { way: 'winograd4' }, { way: 'gemm' }]) {
    expect(namesOf(layerWork(depthwise, context))).toEqual(all('depthwise'))
    expect(namesOf(layerWork(covered, context))).toEqual(all('dense'))
  }
})
