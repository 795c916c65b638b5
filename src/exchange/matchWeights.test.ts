// Arrays find the weights of a network by name and shape, and are refused where they could be taken for others.

import { describe, expect, it } from 'vitest'
import { sizeOf } from '../core/shapes.ts'
import { storedTensor } from '../model/safetensors/tensor.ts'
import type { StoredTensor } from '../model/safetensors.ts'
import { parse } from '../notation/parse.ts'
import { MatchError, matchWeights } from './matchWeights.ts'

/** Arrays whose values count on from one to the next. */
function arrays(shapes: Readonly<Record<string, readonly number[]>>): ReadonlyMap<string, StoredTensor> {
  let next = 0
  return new Map(
    Object.entries(shapes).map(([name, shape]) => {
      const values = Float32Array.from({ length: sizeOf(shape) }, () => next++)
      const bytes = new Uint8Array(values.buffer)
      return [name, storedTensor(name, { dtype: 'F32', shape, from: 0, to: bytes.length }, bytes)]
    }),
  )
}

/** Weights and the arrays that they came from: `conv1.filters=a.weight`. */
const pairs = (network: string, found: ReadonlyMap<string, StoredTensor>) =>
  matchWeights(parse(network), found).matched.map(({ weight, key }) => `${weight}=${key}`)

const norm = (name: string, channels: number) => ({
  [`${name}.weight`]: [channels],
  [`${name}.bias`]: [channels],
  [`${name}.running_mean`]: [channels],
  [`${name}.running_var`]: [channels],
  [`${name}.num_batches_tracked`]: [],
})
const layer = (name: string, ...shape: number[]) => ({
  [`${name}.weight`]: shape,
  [`${name}.bias`]: [shape[0] as number],
})
const sorted = (shapes: Readonly<Record<string, readonly number[]>>) =>
  Object.fromEntries(Object.entries(shapes).sort(([a], [b]) => (a < b ? -1 : 1)))

const small = 'INPUT 4x4x2 -> CONV3-3 p1 -> BN -> RELU -> POOL2 -> FC-5'
const smallNet = { ...layer('features.0', 3, 2, 3, 3), ...norm('features.1', 3), ...layer('head', 5, 12) }

describe('modules in their order', () => {
  it('are those of the layers, whatever they are called', () => {
    expect(pairs(small, arrays(smallNet))).toEqual([
      'conv1.filters=features.0.weight',
      'conv1.bias=features.0.bias',
      'bn1.scale=features.1.weight',
      'bn1.shift=features.1.bias',
      'bn1.mean=features.1.running_mean',
      'bn1.variance=features.1.running_var',
      'fc1.filters=head.weight',
      'fc1.bias=head.bias',
    ])
  })

  it('are turned into our layout: [K, C, F, F] to [F, F, C, K], and C, H, W to H, W, C', () => {
    const found = arrays(smallNet)
    const { weights } = matchWeights(parse(small), found)
    const read = (name: string, size: number) => {
      const into = new Float32Array(size)
      weights.get(name)?.fill(into)
      return into
    }
    const filters = found.get('features.0.weight')?.values ?? []
    const conv = read('conv1.filters', 54)
    for (let k = 0; k < 3; k++)
      for (let c = 0; c < 2; c++)
        for (let at = 0; at < 9; at++) expect(conv[(at * 2 + c) * 3 + k]).toBe(filters[(k * 2 + c) * 9 + at])
    const matrix = found.get('head.weight')?.values ?? []
    const fc = read('fc1.filters', 60)
    for (let k = 0; k < 5; k++)
      for (let c = 0; c < 3; c++)
        for (let at = 0; at < 4; at++) expect(fc[(at * 3 + c) * 5 + k]).toBe(matrix[k * 12 + c * 4 + at])
  })

  it('are found by shape where a file sorts its names (mnist-burn)', () => {
    const net = 'INPUT 6x6x1 -> CONV3-2 p0 -> RELU -> CONV3-3 p0 -> RELU -> BN -> FC-4 -> RELU -> FC-5 -> BN'
    const shapes = {
      ...layer('conv1', 2, 1, 3, 3),
      ...layer('conv2', 3, 2, 3, 3),
      ...norm('norm1', 3),
      ...layer('fc1', 4, 12),
      ...layer('fc2', 5, 4),
      ...norm('norm2', 5),
    }
    expect(pairs(net, arrays(sorted(shapes)))).toEqual(pairs(net, arrays(shapes)))
    expect(pairs(net, arrays(sorted(shapes)))[4]).toBe('bn1.scale=norm1.weight')
  })

  it('are counted, not sorted as text: layer.2 comes before layer.10', () => {
    const count = 11
    const net = `INPUT 3x3x2 -> ${Array.from({ length: count }, () => 'CONV3-2 p1').join(' -> ')}`
    const shapes = Object.assign({}, ...Array.from({ length: count }, (_, i) => layer(`layer.${i}`, 2, 2, 3, 3)))
    const found = pairs(net, arrays(sorted(shapes))).filter((pair) => pair.includes('filters'))
    expect(found).toEqual(Array.from({ length: count }, (_, i) => `conv${i + 1}.filters=layer.${i}.weight`))
  })

  it('are refused where a sorted file does not say which of two comes first', () => {
    const net = 'INPUT 3x3x2 -> CONV3-2 p1 -> CONV3-2 p1'
    const shapes = { ...layer('stem', 2, 2, 3, 3), ...layer('body', 2, 2, 3, 3) }
    expect(pairs(net, arrays(shapes))[0]).toBe('conv1.filters=stem.weight')
    expect(() => pairs(net, arrays(sorted(shapes)))).toThrow(MatchError)
    expect(() => pairs(net, arrays(sorted(shapes)))).toThrow(/conv1, conv2: body, stem/)
  })

  it('are refused where more fit than there are layers, unless they are one', () => {
    const shapes = { ...smallNet, ...layer('other', 5, 12) }
    expect(() => pairs(small, arrays(shapes))).toThrow(/fc1: head, other/)
    const tied = new Map(arrays(smallNet))
    for (const part of ['weight', 'bias']) tied.set(`decoder.${part}`, tied.get(`head.${part}`) as StoredTensor)
    const { matched, leftOver } = matchWeights(parse(small), tied)
    expect(matched.at(-1)?.key).toBe('head.bias')
    expect(leftOver).toEqual(['features.1.num_batches_tracked', 'decoder.weight', 'decoder.bias'])
  })

  it('may have the same values: weights before training', () => {
    const found = arrays({ ...norm('bn1', 2), ...norm('bn2', 2), ...layer('z', 3, 2) })
    const ones = new Map([...found].map(([name, array]) => [name, found.get(name.replace('bn2', 'bn1')) ?? array]))
    expect(pairs('INPUT 1x1x2 -> BN -> BN -> FC-3', ones)[4]).toBe('bn2.scale=bn2.weight')
  })
})

describe('names', () => {
  it('are our own: what convert wrote, in our layout', () => {
    const found = arrays({ 'fc1.bias': [3], 'fc1.filters': [2, 2, 1, 3] })
    const { weights } = matchWeights(parse('INPUT 2x2x1 -> FC-3'), found)
    const into = new Float32Array(12)
    weights.get('fc1.filters')?.fill(into)
    expect([...into]).toEqual([...(found.get('fc1.filters')?.values ?? [])])
  })

  it.each(['module.', 'model.', 'module.model.'])('may have the prefix %s', (prefix) => {
    const shapes = Object.fromEntries(
      Object.entries({ ...layer('fc1', 3, 4), ...layer('fc2', 3, 3) }).map(([name, shape]) => [prefix + name, shape]),
    )
    expect(pairs('INPUT 1x1x4 -> FC-3 -> FC-3', arrays(shapes))[2]).toBe(`fc2.filters=${prefix}fc2.weight`)
  })

  it('of Keras and Flax have kernels in our layout', () => {
    const shapes = {
      'params/Conv_0/kernel': [3, 3, 2, 3],
      'params/Conv_0/bias': [3],
      'params/BatchNorm_0/scale': [3],
      'params/BatchNorm_0/bias': [3],
      'batch_stats/BatchNorm_0/mean': [3],
      'batch_stats/BatchNorm_0/var': [3],
      'params/Dense_0/kernel': [12, 5],
      'params/Dense_0/bias': [5],
    }
    const found = arrays(sorted(shapes))
    const { weights, leftOver } = matchWeights(parse(small), found)
    expect(leftOver).toEqual([])
    const into = new Float32Array(60)
    weights.get('fc1.filters')?.fill(into)
    expect([...into]).toEqual([...(found.get('params/Dense_0/kernel')?.values ?? [])])
    expect(pairs(small, found)).toContain('bn1.variance=batch_stats/BatchNorm_0/var')
  })
})

it('lists all that is missing', () => {
  const { 'head.weight': _, 'features.1.running_var': __, ...rest } = smallNet as Record<string, readonly number[]>
  try {
    pairs(small, arrays(rest))
    expect.unreachable()
  } catch (error) {
    expect(error).toBeInstanceOf(MatchError)
    expect((error as MatchError).missing.join()).toContain('fc1.filters')
    expect((error as MatchError).missing.join()).toContain('bn1.variance')
  }
})
