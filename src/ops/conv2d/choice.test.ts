/** The rule's answers for layers of real networks: a change of the rule changes bits and speed, and should be seen here. */

import { describe, expect, it } from 'vitest'
import type { Pair } from '../window.ts'
import { winogradFits, winogradSide } from './choice.ts'
import { geometryOf } from './testing/trial.ts'
import type { Conv2dWork } from './work.ts'

interface Layer {
  readonly batch?: number
  readonly size: number
  readonly channels: number
  readonly filters: number
  readonly kernel?: Pair
  readonly stride?: Pair
  readonly dilation?: Pair
  readonly groups?: number
}

function workOf({ batch = 1, size, ...given }: Layer): Conv2dWork {
  const geometry = geometryOf({ batch, size: [size, size], padding: [1, 1, 1, 1], ...given })
  return { ...geometry, batch, largestBatch: batch }
}

const sides = (work: Conv2dWork) =>
  (['forward', 'inputGradient', 'filterGradient'] as const).map((direction) => winogradSide(work, direction))

describe('the rule', () => {
  it.each([
    ['VGG conv1_1, from pictures', { size: 224, channels: 3, filters: 64 }, undefined],
    ['VGG conv1_2', { size: 224, channels: 64, filters: 64 }, 4],
    ['VGG conv3_2', { size: 56, channels: 256, filters: 256 }, 4],
    ['VGG conv5_1', { size: 14, channels: 512, filters: 512 }, 4],
    ['ResNet-18 stage 2', { size: 56, channels: 64, filters: 64 }, 4],
    ['ResNet-18 stage 3', { size: 28, channels: 128, filters: 128 }, 4],
    ['ResNet-18 stage 4', { size: 14, channels: 256, filters: 256 }, 4],
    ['ResNet-18 stage 5, one picture', { size: 7, channels: 512, filters: 512 }, 2],
    ['ResNet-18 stage 5, 32 pictures', { batch: 32, size: 7, channels: 512, filters: 512 }, 4],
  ] as const)('%s, forward', (_name, layer, side) => {
    expect(winogradSide(workOf(layer), 'forward')).toBe(side)
  })

  it.each([
    ['ResNet-20, 16 channels', { batch: 128, size: 32, channels: 16, filters: 16 }],
    ['ResNet-20, 32 channels', { batch: 128, size: 16, channels: 32, filters: 32 }],
    ['ResNet-20, 64 channels', { batch: 128, size: 8, channels: 64, filters: 64 }],
  ] as const)('%s, trained: all directions', (_name, layer) => {
    expect(sides(workOf(layer))).toEqual([4, 4, 4])
  })

  it.each([
    ['few channels', { batch: 16, size: 16, channels: 4, filters: 4 }],
    ['one pixel', { batch: 16, size: 1, channels: 64, filters: 64 }],
  ] as const)('%s: products', (_name, layer) => {
    expect(sides(workOf(layer))).toEqual([undefined, undefined, undefined])
  })
})

const wide: Layer = { batch: 8, size: 28, channels: 64, filters: 64 }

it.each([
  ['strides', { ...wide, stride: [1, 2] }],
  ['dilation', { ...wide, dilation: [2, 2] }],
  ['other kernels', { ...wide, kernel: [5, 3] }],
  ['groups', { ...wide, groups: 2 }],
] as const)('%s do not fit, whatever is asked for', (_what, layer) => {
  const work: Conv2dWork = { ...workOf(layer), method: 'winograd4' }
  expect(winogradFits(work)).toBe(false)
  expect(sides(work)).toEqual([undefined, undefined, undefined])
})

it('a method that is asked for is taken', () => {
  const work = workOf(wide)
  expect(sides({ ...work, method: 'gemm' })).toEqual([undefined, undefined, undefined])
  expect(sides({ ...work, method: 'winograd2' })).toEqual([2, 2, 2])
  expect(sides({ ...workOf({ size: 5, channels: 1, filters: 1 }), method: 'winograd4' })).toEqual([4, 4, 4])
})
