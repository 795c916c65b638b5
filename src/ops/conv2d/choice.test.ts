/** The rule's answers for layers of real networks: a change of the rule changes bits and speed, and should be seen here. */

import { describe, expect, it } from 'vitest'
import { type Pair, windowOn } from '../window.ts'
import { winogradFits, winogradSide } from './choice.ts'
import type { Conv2dGeometry } from './geometry.ts'

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

function geometryOf({ batch = 1, size, channels, filters, groups = 1, ...given }: Layer): Conv2dGeometry {
  const { kernel = [3, 3], stride = [1, 1], dilation = [1, 1] } = given
  const window = windowOn({ kernel, stride, padding: [1, 1, 1, 1], dilation }, { height: size, width: size, channels })
  return { batch, window, channels, filters, groups }
}

const sides = (geometry: Conv2dGeometry) =>
  (['forward', 'inputGradient', 'filterGradient'] as const).map((direction) => winogradSide(geometry, direction))

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
    expect(winogradSide(geometryOf(layer), 'forward')).toBe(side)
  })

  it.each([
    ['ResNet-20, 16 channels', { batch: 128, size: 32, channels: 16, filters: 16 }],
    ['ResNet-20, 32 channels', { batch: 128, size: 16, channels: 32, filters: 32 }],
    ['ResNet-20, 64 channels', { batch: 128, size: 8, channels: 64, filters: 64 }],
  ] as const)('%s, trained: all directions', (_name, layer) => {
    expect(sides(geometryOf(layer))).toEqual([4, 4, 4])
  })

  it.each([
    ['few channels', { batch: 16, size: 16, channels: 4, filters: 4 }],
    ['one pixel', { batch: 16, size: 1, channels: 64, filters: 64 }],
  ] as const)('%s: products', (_name, layer) => {
    expect(sides(geometryOf(layer))).toEqual([undefined, undefined, undefined])
  })
})

const wide: Layer = { batch: 8, size: 28, channels: 64, filters: 64 }

it.each([
  ['strides', { ...wide, stride: [1, 2] }],
  ['dilation', { ...wide, dilation: [2, 2] }],
  ['other kernels', { ...wide, kernel: [5, 3] }],
  ['groups', { ...wide, groups: 2 }],
] as const)('%s do not fit, whatever is asked for', (_what, layer) => {
  const geometry: Conv2dGeometry = { ...geometryOf(layer), method: 'winograd4' }
  expect(winogradFits(geometry)).toBe(false)
  expect(sides(geometry)).toEqual([undefined, undefined, undefined])
})

it('a method that is asked for is taken', () => {
  const geometry = geometryOf(wide)
  expect(sides({ ...geometry, method: 'gemm' })).toEqual([undefined, undefined, undefined])
  expect(sides({ ...geometry, method: 'winograd2' })).toEqual([2, 2, 2])
  expect(sides({ ...geometryOf({ size: 5, channels: 1, filters: 1 }), method: 'winograd4' })).toEqual([4, 4, 4])
})
