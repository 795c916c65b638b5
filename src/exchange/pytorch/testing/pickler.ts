/** Pickles written instruction by instruction, for tests: what torch.save writes, and what it never would. */

import { joined } from '../../joined.ts'
import { zipParts } from '../../zipWrite.ts'

type Code = readonly number[]

const encode = (text: string) => [...new TextEncoder().encode(text)]
const little = (value: number, size: number) =>
  Array.from({ length: size }, (_, i) => Math.floor(value / 256 ** i) % 256)

export const op = (text: string): Code => encode(text)
export const text = (value: string): Code => [0x58, ...little(encode(value).length, 4), ...encode(value)]
export const int = (value: number): Code =>
  value < 2 ** 31 ? [0x4a, ...little(value, 4)] : [0x8a, 8, ...little(value, 8)]
export const none: Code = op('N')
export const global = (module: string, name: string): Code => op(`c${module}\n${name}\n`)
export const tuple = (...items: readonly Code[]): Code => [...op('('), ...items.flat(), ...op('t')]
export const list = (...items: readonly Code[]): Code => [...op(']('), ...items.flat(), ...op('e')]
export const dict = (entries: Readonly<Record<string, Code>>): Code => [
  ...op('}('),
  ...Object.entries(entries).flatMap(([key, value]) => [...text(key), ...value]),
  ...op('u'),
]
export const call = (module: string, name: string, ...args: readonly Code[]): Code => [
  ...global(module, name),
  ...tuple(...args),
  ...op('R'),
]
export const pickle = (value: Code): Uint8Array => Uint8Array.from([0x80, 2, ...value, 0x2e])

export const ordered = (entries: Readonly<Record<string, Code>> = {}): Code => [
  ...call('collections', 'OrderedDict'),
  ...op('('),
  ...Object.entries(entries).flatMap(([key, value]) => [...text(key), ...value]),
  ...op('u'),
]

export const storage = (key: string, count: number, type = 'FloatStorage', ...view: readonly Code[]): Code => [
  ...tuple(text('storage'), global('torch', type), text(key), text('cpu'), int(count), ...view),
  ...op('Q'),
]

export interface View {
  readonly offset?: number
  readonly shape: readonly number[]
  readonly strides: readonly number[]
}

export const tensor = (of: Code, { offset = 0, shape, strides }: View): Code =>
  call(
    'torch._utils',
    '_rebuild_tensor_v2',
    of,
    int(offset),
    tuple(...shape.map(int)),
    tuple(...strides.map(int)),
    op('\x89').slice(-1),
    ordered(),
  )

/** As torch.save writes it from version 1.6 on. */
export function zipFile(value: Code, storages: Readonly<Record<string, Uint8Array>>): Uint8Array {
  return joined(
    zipParts([
      { name: 'archive/data.pkl', parts: [pickle(value)] },
      { name: 'archive/byteorder', parts: [Uint8Array.from(encode('little'))] },
      ...Object.entries(storages).map(([key, bytes]) => ({ name: `archive/data/${key}`, parts: [bytes] })),
    ]),
  )
}

/** As torch.save wrote it before, storages of float32. */
export function streamFile(value: Code, storages: Readonly<Record<string, Float32Array>>): Uint8Array {
  const mark = [0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19]
  const system = dict({ protocol_version: int(1001), little_endian: [0x88] })
  return joined([
    ...[mark, int(1001), system, value, list(...Object.keys(storages).map(text))].map(pickle),
    ...Object.values(storages).flatMap((values) => [
      Uint8Array.from(little(values.length, 8)),
      new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
    ]),
  ])
}

export const floats = (count: number): Float32Array => Float32Array.from({ length: count }, (_, i) => i)
export const bytesOf = ({ buffer }: Float32Array): Uint8Array => new Uint8Array(buffer)
