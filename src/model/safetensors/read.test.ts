/** Hostile files: each is refused by name, and nothing else is ever thrown. */

import { existsSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SafetensorsError } from '../errors.ts'
import { exactValues } from './exactValues.ts'
import { readSafetensors } from './read.ts'
import { rawFile } from './testing/files.ts'

const u8 = (shape: string, from: number, to: number, type = 'U8') =>
  `{"dtype":"${type}","shape":${shape},"data_offsets":[${from},${to}]}`

const good = rawFile(
  `{"__metadata__":{"a":"b"},"\\u0066c":${u8('[2,2]', 8, 12)},"f":${u8('[1,2]', 0, 8, 'F32')},"empty":${u8('[0,9]', 8, 8)}}  `,
  [0, 0, 128, 63, 0, 0, 0, 64, 1, 2, 3, 4],
)

describe('a file', () => {
  it('is read with its tensors in any order; scalars and empty tensors are tensors', () => {
    const { tensors, metadata } = readSafetensors(good)
    expect(metadata).toEqual({ a: 'b' })
    const found = [...tensors].map(([name, { dtype, shape, values }]) => [name, dtype, shape, [...values]])
    expect(found).toEqual([
      ['fc', 'U8', [2, 2], [1, 2, 3, 4]],
      ['f', 'F32', [1, 2], [1, 2]],
      ['empty', 'U8', [0, 9], []],
    ])
    expect(readSafetensors(rawFile(`{"x":${u8('[]', 0, 1)}}`, [9])).tensors.get('x')?.values[0]).toBe(9)
    expect(readSafetensors(rawFile('{}')).tensors.size).toBe(0)
    expect(readSafetensors(rawFile(`{"__proto__":${u8('[1]', 0, 1)}}`, [9])).tensors.has('__proto__')).toBe(true)
  })

  it('may lie in shared memory', () => {
    const shared = new Uint8Array(new SharedArrayBuffer(good.length))
    shared.set(good)
    expect([...(readSafetensors(shared).tensors.get('f')?.values ?? [])]).toEqual([1, 2])
  })

  it('may have as many tensors as its header holds', () => {
    const entries = Array.from({ length: 20_000 }, (_, i) => `"${i}":${u8('[1]', i, i + 1)}`).reverse()
    const { tensors } = readSafetensors(rawFile(`{${entries.join(',')}}`, new Uint8Array(20_000).fill(3)))
    expect(tensors.size).toBe(20_000)
  })
})

/** A checkpoint of PyTorch with batch norm, which counts its batches as I64. */
const published = new URL('../../../../shared/models/mnist-burn/mnist.safetensors', import.meta.url)

it.skipIf(!existsSync(published))(
  'a published checkpoint is read, counts of batches and all (needs ../shared/models)',
  () => {
    const { tensors } = readSafetensors(new Uint8Array(readFileSync(published)))
    expect([...tensors].filter(([, { dtype }]) => dtype !== 'F32').map(([name]) => name)).toEqual([
      'norm1.num_batches_tracked',
      'norm2.num_batches_tracked',
    ])
    const batches = tensors.get('norm1.num_batches_tracked')
    expect([batches?.shape, ...(batches === undefined ? [] : exactValues(batches))]).toEqual([[], 7504])
    expect(tensors.get('conv2.weight')?.shape).toEqual([16, 8, 3, 3])
    for (const { values } of tensors.values()) expect(values.every(Number.isFinite)).toBe(true)
  },
)

describe('refuses', () => {
  const deep = 1_000_000
  const x = (entry: string) => `{"x":${entry}}`
  const rows: [what: string, header: string, values: number, message: RegExp][] = [
    ['a space before the header', ' {}', 0, /not a safetensors file/],
    ['a mark of the byte order', '\ufeff{}', 0, /not a safetensors file/],
    ['a list', '[]', 0, /not a safetensors file/],
    ['no header', '', 0, /not a safetensors file/],
    ['half a header', '{"a":', 0, /end of the header/],
    ['a second value', '{}{}', 0, /something follows/],
    ['a comma too many', `{"x":${u8('[0]', 0, 0)},}`, 0, /a text is missing/],
    ['a text that is broken', '{"\\x":1}', 0, /a text is broken/],
    ['a text without an end', '{"\\', 0, /a text is broken/],
    [
      'metadata that are a tensor',
      '{"__metadata__":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}',
      0,
      /text is missing/,
    ],
    ['metadata twice', '{"__metadata__":{},"__metadata__":{}}', 0, /occurs twice/],
    ['a tensor that is a list of texts', '{"a":{"dtype":"F32"}}', 0, /a: something is missing/],
    ['a tensor twice', `{"x":${u8('[0]', 0, 0)},"x":${u8('[0]', 0, 0)}}`, 0, /occurs twice[\s\S]*"\\"x\\"/],
    ['a tensor twice, once escaped', `{"x":${u8('[0]', 0, 0)},"\\u0078":${u8('[0]', 0, 0)}}`, 0, /occurs twice/],
    ['a field twice', x('{"dtype":"U8","dtype":"U8","shape":[0],"data_offsets":[0,0]}'), 0, /occurs twice/],
    ['a metadata key twice', '{"__metadata__":{"a":"","a":""}}', 0, /occurs twice/],
    ['an unknown field', x('{"dtype":"U8","shape":[0],"data_offsets":[0,0],"more":1}'), 0, /unknown field/],
    ['a name without end', `{"${'n'.repeat(2000)}":${u8('[0]', 0, 0)}}`, 0, /too long/],
    ['a type without end', x(u8('[0]', 0, 0, 'U'.repeat(99))), 0, /no such type/],
    ['one offset', x('{"dtype":"U8","shape":[0],"data_offsets":[0]}'), 0, /something is missing/],
    ['three offsets', x('{"dtype":"U8","shape":[0],"data_offsets":[0,0,0]}'), 0, /too long/],
    ['65 axes', x(u8(`[${new Array(65).fill(1)}]`, 0, 1)), 1, /too long/],
    ['a length below 0', x(u8('[-1]', 0, 0)), 0, /a length is invalid/],
    ['a length that is not whole', x(u8('[0.5]', 0, 0)), 0, /unexpected character/],
    ['a length with a zero before it', x(u8('[01]', 0, 1)), 1, /a length is invalid/],
    ['a length beyond 2^53', x(u8('[9007199254740993]', 0, 0)), 0, /a length is invalid/],
    ['a length of a million digits', x(u8(`[${'9'.repeat(deep)}]`, 0, 0)), 0, /a length is invalid/],
    ['lengths whose product is beyond 2^53', x(u8('[4294967296,4294967296]', 0, 0)), 0, /beyond any memory/],
    ['the same with a zero behind it', x(u8('[4294967296,4294967296,0]', 0, 0)), 0, /beyond any memory/],
    ['bits beyond 2^53', x(u8('[1125899906842624]', 0, 0, 'F64')), 0, /beyond any memory/],
    ['a shape that does not match', x(u8('[9]', 0, 0, 'F32')), 0, /place does not fit/],
    ['half a byte', x(u8('[3]', 0, 1, 'F4')), 1, /place does not fit/],
    ['a place that ends before it starts', x(u8('[1]', 1, 0, 'X')), 1, /place does not fit/],
    ['offsets beyond the file', x(u8('[2]', 0, 8, 'F32')), 7, /cut short/],
    ['values that no tensor owns', x(u8('[2]', 0, 2)), 3, /more values/],
    ['a hole before', x(u8('[2]', 1, 3)), 3, /gap/],
    ['a hole between', `{"x":${u8('[1]', 0, 1)},"y":${u8('[1]', 2, 3)}}`, 3, /y: a gap/],
    ['an overlap', `{"x":${u8('[2]', 0, 2)},"y":${u8('[2]', 1, 3)}}`, 3, /y: overlaps/],
    ['a tensor in the place of another', `{"x":${u8('[2]', 0, 2)},"y":${u8('[2]', 0, 2)}}`, 2, /overlaps/],
    ['an empty tensor inside another', `{"x":${u8('[2]', 0, 2)},"y":${u8('[0]', 1, 1)}}`, 2, /y: overlaps/],
    ['objects in objects', '{"x":'.repeat(deep), 0, /unknown field/],
    ['lists in lists', x(u8('['.repeat(deep), 0, 0)), 0, /a length is invalid/],
  ]

  it.each(rows)('%s', (_, header, values, message) => {
    const file = rawFile(header, new Uint8Array(values))
    expect(() => readSafetensors(file)).toThrow(SafetensorsError)
    expect(() => readSafetensors(file)).toThrow(message)
  })

  it('what is not text, and headers longer than the file or than the format allows', () => {
    expect(() => readSafetensors(rawFile(Uint8Array.of(0x7b, 0x22, 0xff, 0x22)))).toThrow(/not valid UTF-8/)
    for (const length of [3n, 100_000_001n, 2n ** 63n, 2n ** 64n - 1n]) {
      expect(() => readSafetensors(rawFile('{}', [], length))).toThrow(SafetensorsError)
    }
    const long = new Uint8Array(100_000_009).fill(0x20)
    new DataView(long.buffer).setBigUint64(0, 100_000_001n, true)
    expect(() => readSafetensors(long)).toThrow(/at most 100000000/)
  })

  it('what is saved in place of a file, by its name', () => {
    const text = (start: string) => new TextEncoder().encode(start.padEnd(100))
    expect(() => readSafetensors(text('version https://git-lfs.github.com/spec/v1'))).toThrow(/Git LFS pointer/)
    expect(() => readSafetensors(text('\n<!DOCTYPE html>'))).toThrow(/web page/)
    expect(() => readSafetensors(new Uint8Array())).toThrow(/empty/)
  })
})

describe('any bytes give SafetensorsError or a file', () => {
  /** Reads everything that can be read; lets other errors through. */
  function readAll(bytes: Uint8Array): boolean {
    try {
      for (const tensor of readSafetensors(bytes).tensors.values()) tensor.values.length + exactValues(tensor).length
      return true
    } catch (error) {
      if (error instanceof SafetensorsError) return false
      throw error
    }
  }

  it('from every truncation', () => {
    for (let length = 0; length < good.length; length++) expect(readAll(good.subarray(0, length))).toBe(false)
  })

  it('from every bit that is wrong', () => {
    const readable: number[] = []
    for (let bit = 0; bit < good.length * 8; bit++) {
      const bad = good.slice()
      bad[bit >> 3] = (bad[bit >> 3] as number) ^ (1 << (bit & 7))
      if (readAll(bad)) readable.push(bit >> 3)
    }
    // A letter of a name may be another letter, a value another value. Lengths and punctuation may not.
    expect(readable.every((at) => at >= 8)).toBe(true)
  })

  it('from headers put together at random', () => {
    const words = [
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"x"',
      '"y"',
      '"__metadata__"',
      '"__proto__"',
      '"dtype"',
      '"shape"',
      '0',
    ]
    const more = [
      '"data_offsets"',
      '"U8"',
      '"F4"',
      '"',
      '\\',
      '1',
      '8',
      '-1',
      '1e3',
      '9007199254740991',
      ' ',
      'null',
      'é',
    ]
    const entry = fc.tuple(fc.nat(3), fc.nat(3), fc.nat(3)).map(([n, from, to]) => u8(`[${n}]`, from, to))
    const word = fc.oneof(fc.constantFrom(...words, ...more), entry)
    const header = fc.array(word, { maxLength: 30 }).map((parts) => `{${parts.join('')}`)
    const file = fc.tuple(header, fc.uint8Array({ maxLength: 8 })).map(([text, values]) => rawFile(text, values))
    fc.assert(
      fc.property(file, (bytes) => void readAll(bytes)),
      { numRuns: 2000 },
    )
  })

  it('from any two tensors; read are those whose places fit and cover the values', () => {
    const place = fc.record({ from: fc.nat(4), to: fc.nat(4), n: fc.nat(4) })
    fc.assert(
      fc.property(place, place, fc.nat(6), (a, b, length) => {
        const fits = [a, b].every(({ from, to, n }) => to - from === n)
        const covers = (p: typeof a, q: typeof a) => p.from === 0 && p.to === q.from && q.to === length
        const header = `{"a":${u8(`[${a.n}]`, a.from, a.to)},"b":${u8(`[${b.n}]`, b.from, b.to)}}`
        expect(readAll(rawFile(header, new Uint8Array(length)))).toBe(fits && (covers(a, b) || covers(b, a)))
      }),
      { numRuns: 3000 },
    )
  })
})
