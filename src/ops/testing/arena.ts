/**
 * The memory in which a kernel is tried: every array is followed by a canary, and everything that a kernel may not read
 * before writing it (outputs, workspaces, canaries, gaps) holds NaNs, so that a stray read spoils the result and a stray
 * write is seen.
 */

import { sizeOf } from '../../core/shapes.ts'
import type { ArraySpec } from '../types.ts'

/**
 * The poison of a word: a NaN both as f32 and, two of them, as f64, and another one at every place, so that a kernel which
 * copies what lies behind its input to behind its output is seen, too.
 */
const period = 65536
const poisons = Uint32Array.from({ length: period }, (_, i) => 0x7ff80000 + ((i * 40503) % period))
const alignment = 64
const canary = 128

interface Region {
  readonly name: string
  readonly at: number
  readonly bytes: number
}

export class TestArena {
  readonly memory: WebAssembly.Memory
  readonly #regions: Region[] = []
  #end = 1024

  constructor(memory: WebAssembly.Memory) {
    this.memory = memory
  }

  /** Room for `bytes`, on a 64-byte boundary. `seal` has to follow before it is used. */
  place(name: string, bytes: number): number {
    const at = this.#end
    this.#regions.push({ name, at, bytes })
    this.#end = Math.ceil((at + bytes + canary) / alignment) * alignment
    return at
  }

  /** Grows the memory and poisons all of it that this arena uses. */
  seal(): void {
    const missing = this.#end - this.memory.buffer.byteLength
    if (missing > 0) this.memory.grow(Math.ceil(missing / 65536))
    this.poison(0, this.#end)
  }

  poison(at: number, bytes: number): void {
    const words = new Uint32Array(this.memory.buffer, at, Math.ceil(bytes / 4))
    let from = (at / 4) % period
    for (let i = 0; i < words.length; from = 0) {
      const part = poisons.subarray(from, from + words.length - i)
      words.set(part, i)
      i += part.length
    }
  }

  write(at: number, spec: ArraySpec, values: Float64Array): void {
    this.view(at, spec).set(values)
  }

  view(at: number, spec: ArraySpec): Float32Array | Int32Array {
    const size = sizeOf(spec.shape)
    return spec.dtype === 'f32'
      ? new Float32Array(this.memory.buffer, at, size)
      : new Int32Array(this.memory.buffer, at, size)
  }

  words(at: number, spec: ArraySpec): Uint32Array {
    return new Uint32Array(this.memory.buffer, at, sizeOf(spec.shape))
  }

  /** Index of the first element that still holds the poison, −1 if all were written. */
  firstUnwritten(at: number, spec: ArraySpec): number {
    return this.words(at, spec).findIndex((word, i) => word === poisons[(at / 4 + i) % period])
  }

  /** Names of the regions behind (or before) which something was written. */
  damaged(): string[] {
    const words = new Uint32Array(this.memory.buffer, 0, this.#end / 4)
    const isWhole = (from: number, to: number) =>
      words.subarray(from, to).every((word, i) => word === poisons[(from + i) % period])
    const names: string[] = []
    let from = 0
    let before = 'start of the memory'
    for (const { name, at, bytes } of this.#regions) {
      if (!isWhole(from, at / 4)) names.push(`between ${before} and ${name}`)
      from = Math.ceil((at + bytes) / 4)
      before = name
    }
    if (!isWhole(from, words.length)) names.push(`behind ${before}`)
    return names
  }
}
