/** The model file is checked for damage and for fit: nothing that was altered is loaded, and what does not fit is named. */

import fc from 'fast-check'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { LensletError } from '../core/errors.ts'
import { Random } from '../core/random.ts'
import { parse } from '../notation/parse.ts'
import { ModelFileError } from './errors.ts'
import { decodeModel, encodeModel } from './file.ts'
import type { ModelInfo } from './info.ts'
import { Model } from './model.ts'
import { checksumOf, readSafetensors, type Tensor, writeSafetensors } from './safetensors.ts'

const network = parse('INPUT 6x5x3 -> CONV3-4 -> BN -> RELU -> POOL2 -> FC-3')
const info = {
  classes: ['bird', 'cat', 'dog'],
  normalization: { mean: [0.1, 0.2, 0.3], std: [1, 2, 3] },
  origin: 'a test',
}
let bytes: Uint8Array<ArrayBuffer>
let tensors: ReadonlyMap<string, Tensor>
beforeAll(async () => {
  await using model = await Model.create(network, { seed: 1, threads: 1, info })
  tensors = model.weights.tensors()
  bytes = model.encode()
})

/** A file as somebody else could write it: with a right checksum, or, as older versions did, without one. */
function forge(
  {
    weights = tensors,
    about = info as unknown,
    more = {},
  }: { weights?: ReadonlyMap<string, Tensor>; about?: unknown; more?: object } = {},
  withChecksum = true,
): Uint8Array {
  const texts = { format: 'lenslet.model', version: '1', network: JSON.stringify(network), info: JSON.stringify(about) }
  return writeSafetensors(weights, {
    ...texts,
    ...(withChecksum && { checksum: checksumOf(texts, weights) }),
    ...(more as Record<string, string>),
  })
}

/** The weights with some values of one of them changed. */
function changed(name: string, at: number, value: number): ReadonlyMap<string, Tensor> {
  const { shape, values } = tensors.get(name) as Tensor
  return new Map(tensors).set(name, { shape, values: values.with(at, value) })
}

const fails = (file: Uint8Array) => {
  try {
    decodeModel(file)
  } catch (error) {
    return error as Error
  }
  throw new Error('it was loaded')
}

describe('damage', () => {
  it('of any bit of the header, and of 2000 bits of the weights, is refused by name', () => {
    expect(decodeModel(bytes).hasChecksum).toBe(true)
    const header = 8 + Number(new DataView(bytes.buffer).getBigUint64(0, true))
    const random = Random.seeded(1, 'damage')
    const ofWeights = Array.from({ length: 2000 }, () => 8 * header + random.integer(8 * (bytes.length - header)))
    const damaged = bytes.slice()
    const flip = (bit: number) => {
      damaged[bit >> 3] = (damaged[bit >> 3] as number) ^ (1 << (bit & 7))
    }
    for (const bit of [...Array.from({ length: 8 * header }, (_, i) => i), ...ofWeights]) {
      flip(bit)
      expect(fails(damaged), `bit ${bit}`).toBeInstanceOf(LensletError)
      flip(bit)
    }
    expect(damaged).toEqual(bytes)
  })

  it('is called damage, with what to do', () => {
    const damaged = bytes.slice()
    damaged[bytes.length - 1] = (damaged[bytes.length - 1] as number) ^ 1
    expect(fails(damaged)).toBeInstanceOf(ModelFileError)
    expect(fails(damaged).message).toMatch(/the file is damaged[\s\S]*checksum[\s\S]*try: copy the file again/)
  })

  it('is not looked for in a file of an older version, which loads', () => {
    const old = forge({}, false)
    const { hasChecksum, network: read, info: about } = decodeModel(old)
    expect([hasChecksum, read, about]).toEqual([false, network, info])
    expect(forge()).toEqual(bytes)
  })
})

const manyChannels = (length: number) => Array.from({ length }, () => 0.5)

it('an old file is loaded, and that it has no checksum is said once', async () => {
  const said = vi.spyOn(console, 'warn').mockImplementation(() => {})
  for (const file of [bytes, forge({}, false), forge({}, false)]) {
    await using model = await Model.load(file, { threads: 1 })
    expect(model.encode()).toEqual(bytes)
  }
  expect(said.mock.calls).toEqual([[expect.stringContaining('no checksum')]])
  said.mockRestore()
})

describe('any damage', () => {
  const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
  /** Bytes changed, taken out, put in, or moved. */
  const damage = fc.record({
    kind: fc.constantFrom('change', 'cut', 'insert', 'move', 'end'),
    at: place,
    to: place,
    part: fc.uint8Array({ minLength: 1, maxLength: 16 }),
  })
  type Damage = typeof damage extends fc.Arbitrary<infer T> ? T : never

  function apply(file: Uint8Array, { kind, at, to, part }: Damage): Uint8Array {
    const [from, other] = [Math.floor(at * file.length), Math.floor(to * file.length)]
    const [before, after] = [file.slice(0, from), file.slice(from)]
    if (kind === 'end') return before
    if (kind === 'cut') return Buffer.concat([before, after.subarray(part.length)])
    if (kind === 'insert') return Buffer.concat([before, part, after])
    const changed = file.slice()
    if (kind === 'change') changed.set(part.subarray(0, file.length - from), from)
    else changed.copyWithin(from, other, other + part.length)
    return changed
  }

  it('gives a named error', () => {
    fc.assert(
      fc.property(damage, (how) => {
        const damaged = apply(bytes, how)
        if (Buffer.compare(damaged, bytes) !== 0) expect(fails(damaged)).toBeInstanceOf(LensletError)
      }),
      { numRuns: 3000 },
    )
  })

  it('of an old file gives a named error, or weights that are finite and fit', () => {
    const old = forge({}, false)
    fc.assert(
      fc.property(damage, (how) => {
        try {
          const { tensors: read } = decodeModel(apply(old, how))
          expect([...read.keys()].sort()).toEqual([...tensors.keys()].sort())
          for (const { values } of read.values()) expect(values.every(Number.isFinite)).toBe(true)
        } catch (error) {
          expect(error).toBeInstanceOf(LensletError)
        }
      }),
      { numRuns: 3000 },
    )
  })
})

describe('refuses', () => {
  const rows: [what: string, file: () => Uint8Array, message: RegExp][] = [
    [
      'a weight of NaN',
      () => forge({ weights: changed('fc1.bias', 1, Number.NaN) }),
      /fc1\.bias[\s\S]*NaN, value 1 of 3/,
    ],
    [
      'an infinite weight',
      () => forge({ weights: changed('conv1.filters', 7, 1 / 0) }),
      /conv1\.filters[\s\S]*Infinity, value 7/,
    ],
    ['a weight of −∞', () => forge({ weights: changed('bn1.mean', 0, -1 / 0) }), /bn1\.mean[\s\S]*-Infinity/],
    ['a variance below 0', () => forge({ weights: changed('bn1.variance', 2, -1e-9) }), /bn1\.variance[\s\S]*from 0/],
    ['a variance of NaN', () => forge({ weights: changed('bn1.variance', 2, Number.NaN) }), /bn1\.variance[\s\S]*NaN/],
    [
      'a weight that is missing',
      () => forge({ weights: new Map([...tensors].filter(([name]) => name !== 'bn1.mean')) }),
      /bn1\.mean does not fit[\s\S]*no such weight/,
    ],
    [
      'a weight too many',
      () => forge({ weights: new Map([...tensors, ['conv9.bias', { shape: [1], values: new Float32Array(1) }]]) }),
      /weights that the network does not have[\s\S]*conv9\.bias/,
    ],
    [
      'axes in another order',
      () =>
        forge({
          weights: new Map(tensors).set('conv1.filters', { shape: [4, 3, 3, 3], values: new Float32Array(108) }),
        }),
      /conv1\.filters does not fit[\s\S]*\[4, 3, 3, 3\][\s\S]*\[3, 3, 3, 4\]/,
    ],
    [
      'fewer class names than scores',
      () => forge({ about: { ...info, classes: ['bird'] } }),
      /1 name: bird[\s\S]*3, one/,
    ],
    ['more of them', () => forge({ about: { ...info, classes: ['a', 'b', 'c', 'd'] } }), /4 names/],
    ['no class names in the list', () => forge({ about: { ...info, classes: [] } }), /0 names/],
    ['a class name twice', () => forge({ about: { ...info, classes: ['a', 'b', 'a'] } }), /the same name[\s\S]*: a/],
    [
      'a class name twice, in two forms of Unicode',
      () => forge({ about: { ...info, classes: ['\u00e9', 'b', 'e\u0301'] } }),
      /the same name/,
    ],
    ['a class name that is no text', () => forge({ about: { ...info, classes: ['a', 2, 'c'] } }), /classes\.1/],
    [
      'one mean for three channels',
      () => forge({ about: { ...info, normalization: { mean: [0], std: [1, 1, 1] } } }),
      /1 mean and 3/,
    ],
    [
      'a mean for each pixel',
      () => forge({ about: { ...info, normalization: { mean: manyChannels(90), std: manyChannels(90) } } }),
      /90 means/,
    ],
    [
      'a deviation of 0',
      () => forge({ about: { ...info, normalization: { mean: [0, 0, 0], std: [1, 0, 1] } } }),
      /std\.1[\s\S]*more than 0/,
    ],
    [
      'a deviation below 0',
      () => forge({ about: { ...info, normalization: { mean: [0, 0, 0], std: [1, 1, -1] } } }),
      /std\.2/,
    ],
    [
      'a mean of null, as JSON has NaN',
      () => forge({ about: { ...info, normalization: { mean: [null, 0, 0], std: [1, 1, 1] } } }),
      /mean\.0/,
    ],
    ['an info that is a number', () => forge({ about: 7 }), /info of the model is invalid/],
    ['an info that is no JSON', () => forge({ more: { info: '{' } }, false), /info of the model cannot be read/],
    ['metadata of another name', () => forge({ more: { chedksum: '1' } }, false), /the metadata chedksum/],
    ['a checksum that is not one', () => forge({ more: { checksum: '' } }, false), /damaged/],
    [
      'a network that was changed',
      () => forge({ more: { network: JSON.stringify(network).replace('0.1', '0.2') } }),
      /damaged/,
    ],
  ]

  it.each(rows)('%s', (_, file, message) => {
    expect(fails(file()).message).toMatch(message)
    expect(fails(file())).toBeInstanceOf(LensletError)
  })

  it('the same of an older version', () => {
    expect(fails(forge({ weights: changed('fc1.bias', 1, Number.NaN) }, false)).message).toMatch(/fc1\.bias/)
    expect(fails(forge({ about: { ...info, classes: ['bird'] } }, false)).message).toMatch(/1 name/)
  })

  it('to write what could not be read', async () => {
    await using model = await Model.create(network, { seed: 1, threads: 1 })
    model.weights.set('fc1.bias', [1, Number.NaN, 2])
    expect(() => model.encode()).toThrow(/fc1\.bias[\s\S]*NaN/)
    await expect(model.save('/nowhere/model.lenslet')).rejects.toThrow(ModelFileError)
    model.weights.set('fc1.bias', [1, 0, 2])
    for (const wrong of [
      { classes: ['a'] },
      { normalization: { mean: [0], std: [1] } },
      { origin: 3 } as unknown as ModelInfo,
    ]) {
      model.info = wrong
      expect(() => model.encode()).toThrow(ModelFileError)
    }
    model.info = { ...info, classes: undefined }
    expect(decodeModel(model.encode()).info.origin).toBe('a test')
  })
})

it('takes one name for each channel of a map of scores', () => {
  const map = parse('INPUT 4x4x1 -> CONV1-2')
  const weights = new Map<string, Tensor>([
    ['conv1.filters', { shape: [1, 1, 1, 2], values: Float32Array.of(1, 2) }],
    ['conv1.bias', { shape: [2], values: Float32Array.of(0, 0) }],
  ])
  const file = encodeModel({ network: map, info: { classes: ['no', 'yes'] }, tensors: weights })
  expect(decodeModel(file).info.classes).toEqual(['no', 'yes'])
  expect(readSafetensors(file).metadata.checksum).toMatch(/^[0-9a-f]{16}$/)
})
