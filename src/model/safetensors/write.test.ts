/** What is written reads back, byte for byte the same however it is taken. */

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { SafetensorsError } from '../errors.ts'
import { readSafetensors } from './read.ts'
import type { Tensor } from './tensor.ts'
import { safetensorsParts, writeSafetensors } from './write.ts'

const join = (parts: Iterable<Uint8Array>) => Uint8Array.from([...parts].flatMap((part) => [...part]))

it('is the header, padded to a multiple of eight, then the values', () => {
  const tensors = new Map<string, Tensor>([
    ['b', { shape: [2, 1], values: Float32Array.of(1, -2) }],
    ['a', { shape: [], values: Float32Array.of(0.5) }],
  ])
  const header =
    '{"__metadata__":{"k":"v"},"b":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},' +
    '"a":{"dtype":"F32","shape":[],"data_offsets":[8,12]}}  '
  expect(header.length).toBe(136)
  const values = [0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0, 0, 0, 0, 0x3f]
  const expected = [136, 0, 0, 0, 0, 0, 0, 0, ...new TextEncoder().encode(header), ...values]
  expect([...writeSafetensors(tensors, { k: 'v' })]).toEqual(expected)
})

const shape = fc.array(fc.nat(3), { maxLength: 3 })
const tensor = shape.chain((sides) => {
  const length = sides.reduce((a, b) => a * b, 1)
  return fc.float32Array({ minLength: length, maxLength: length }).map((values): Tensor => ({ shape: sides, values }))
})
const name = fc.oneof(fc.string(), fc.constantFrom('__proto__', '10', '9', 'constructor', '\ud800'))
const names = name.filter((text) => text !== '__metadata__')
const tensors = fc.array(fc.tuple(names, tensor), { maxLength: 8 }).map((list) => new Map(list))

it('reads back to the bit, from the whole and from parts, which are views', () => {
  fc.assert(
    fc.property(tensors, fc.dictionary(fc.string(), fc.string()), (written, metadata) => {
      const bytes = writeSafetensors(written, metadata)
      const parts = safetensorsParts(written, metadata)
      expect(join(parts)).toEqual(bytes)
      expect([...parts].slice(1).map(({ buffer }) => buffer)).toEqual([...written.values()].map((t) => t.values.buffer))
      const read = readSafetensors(bytes)
      expect({ ...read.metadata }).toEqual({ ...metadata })
      expect([...read.tensors.keys()].sort()).toEqual([...written.keys()].sort())
      for (const [key, { shape, values }] of written) {
        expect(read.tensors.get(key)?.shape).toEqual(shape)
        expect([...(read.tensors.get(key)?.values ?? [])]).toEqual([...values])
      }
    }),
  )
})

it('asks for values only when their turn comes, and takes them from shared memory without a copy', () => {
  const memory = new SharedArrayBuffer(16)
  const asked: string[] = []
  const lazy = (key: string, start: number): [string, Tensor] => [
    key,
    {
      shape: [2],
      get values() {
        asked.push(key)
        return new Float32Array(memory, start, 2)
      },
    },
  ]
  const parts = safetensorsParts(new Map([lazy('a', 0), lazy('b', 8)]), {})[Symbol.iterator]()
  parts.next()
  expect(asked).toEqual([])
  const first = parts.next().value as Uint8Array
  expect(asked).toEqual(['a'])
  expect(first.buffer).toBe(memory)
  expect((parts.next().value as Uint8Array).byteOffset).toBe(8)
  expect(parts.next().done).toBe(true)
})

it('refuses values that do not fit their shape, and the name of the metadata', () => {
  const wrong = new Map([['w', { shape: [2, 3], values: new Float32Array(5) }]])
  expect(() => writeSafetensors(wrong, {})).toThrow(SafetensorsError)
  expect(() => writeSafetensors(wrong, {})).toThrow(/w: wrong number of values[\s\S]*5[\s\S]*6, \[2, 3\]/)
  const reserved = new Map([['__metadata__', { shape: [0], values: new Float32Array() }]])
  expect(() => safetensorsParts(reserved, {})).toThrow(SafetensorsError)
})
