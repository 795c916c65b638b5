/** Writes a state dict that `torch.load(path, weights_only=True)` reads: a zip archive with a pickle and the storages. */

import { ArgumentError } from '../../core/errors.ts'
import { sizeOf } from '../../core/shapes.ts'
import type { StoredTensor } from '../../model/safetensors.ts'
import { lazyParts, zipParts } from '../zipWrite.ts'

const storageNames: ReadonlyMap<string, string> = new Map([
  ['F32', 'FloatStorage'],
  ['F64', 'DoubleStorage'],
  ['F16', 'HalfStorage'],
  ['BF16', 'BFloat16Storage'],
  ['I64', 'LongStorage'],
  ['I32', 'IntStorage'],
  ['I16', 'ShortStorage'],
  ['I8', 'CharStorage'],
  ['U8', 'ByteStorage'],
  ['BOOL', 'BoolStorage'],
])

/** @throws {ArgumentError} a type that PyTorch does not have */
export function writePytorch(tensors: ReadonlyMap<string, StoredTensor>): Iterable<Uint8Array> {
  const entries = [...tensors]
  const text = (value: string) => [new TextEncoder().encode(value)]
  return zipParts([
    { name: 'archive/data.pkl', parts: [pickleOf(entries)] },
    { name: 'archive/byteorder', parts: text('little') },
    ...entries.map(([, tensor], index) => ({ name: `archive/data/${index}`, parts: lazyParts(() => [tensor.bytes]) })),
    { name: 'archive/version', parts: text('3\n') },
  ])
}

/** Protocol 2: {name: torch._utils._rebuild_tensor_v2(storage, 0, shape, strides, False, OrderedDict())}. */
function pickleOf(entries: readonly (readonly [string, StoredTensor])[]): Uint8Array {
  const out = new Bytes()
  out.add(0x80, 2, 0x7d, 0x28)
  for (const [index, [name, { dtype, shape }]] of entries.entries()) {
    const storage = storageNames.get(dtype)
    if (storage === undefined) {
      throw new ArgumentError(`${name}: PyTorch has no such type`, {
        received: dtype,
        expected: [...storageNames.keys()].join(', '),
        advice: 'write .safetensors',
      })
    }
    out.text(name)
    out.global('torch._utils', '_rebuild_tensor_v2')
    out.add(0x28, 0x28)
    out.text('storage')
    out.global('torch', storage)
    out.text(`${index}`)
    out.text('cpu')
    out.integer(sizeOf(shape))
    out.add(0x74, 0x51)
    out.integer(0)
    out.tuple(shape)
    out.tuple(shape.map((_, axis) => sizeOf(shape.slice(axis + 1))))
    out.add(0x89)
    out.global('collections', 'OrderedDict')
    out.add(0x29, 0x52, 0x74, 0x52)
  }
  out.add(0x75, 0x2e)
  return Uint8Array.from(out.bytes)
}

class Bytes {
  readonly bytes: number[] = []

  add(...bytes: readonly number[]): void {
    for (const byte of bytes) this.bytes.push(byte)
  }

  text(value: string): void {
    const bytes = new TextEncoder().encode(value)
    this.add(0x58)
    this.#uint32(bytes.length)
    this.add(...bytes)
  }

  global(module: string, name: string): void {
    this.add(0x63, ...new TextEncoder().encode(`${module}\n${name}\n`))
  }

  integer(value: number): void {
    if (value < 2 ** 31) {
      this.add(0x4a)
      this.#uint32(value)
    } else {
      this.add(0x8a, 8)
      this.#uint32(value % 2 ** 32)
      this.#uint32(Math.floor(value / 2 ** 32))
    }
  }

  tuple(values: readonly number[]): void {
    this.add(0x28)
    for (const value of values) this.integer(value)
    this.add(0x74)
  }

  #uint32(value: number): void {
    this.add(value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24)
  }
}
