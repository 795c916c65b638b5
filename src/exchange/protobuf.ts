/**
 * Reads protobuf messages from files that may be damaged or hostile. `pbf` decodes the wire format, but trusts lengths: here
 * each field is checked to lie within its message before it is read, so that time and memory are linear in the file.
 */

import { PbfReader } from 'pbf'
import { asBytes, type Bytes } from '../core/bytes.ts'
import { ForeignFileError } from './errors.ts'

/** One field of a message. Each method reads its value as that type, and refuses another wire type. */
export interface Field {
  readonly number: number
  /** Where the value starts, after its length, in the bytes that are read. */
  readonly at: number
  /** A text, bytes, a message or packed numbers. */
  readonly hasLength: boolean
  /** int32, int64, enum, bool; exact up to 2^53. */
  int(): number
  float(): number
  double(): number
  text(): string
  bytes(): Uint8Array
  /** Its bytes, still in the file. */
  range(): Bytes
  message(visit: Visit): void
  /** Repeated numbers: packed, or one at a time. */
  ints(into: number[]): void
  floats(into: number[]): void
  doubles(into: number[]): void
}

export type Visit = (field: Field) => void

const wireTypes = ['varint', '64-bit', 'length-delimited', 'group', 'end of group', '32-bit'] as const
/** Deeper messages than any that we read. */
const deepest = 100

/** Visits every field of a message. @throws {ForeignFileError} a field does not lie within its message */
export function readMessage(bytes: Uint8Array | Bytes, visit: Visit): void {
  new MessageReader(asBytes(bytes)).message(bytes.length, 0, visit)
}

/** So many bytes of a file are read at a time. */
const windowSize = 2 ** 16

class MessageReader {
  readonly bytes: Bytes
  /** Where the next value starts. */
  pos = 0
  /** Reads the bytes of the file that begin at `#start`. */
  #window: PbfReader
  #start = 0

  constructor(bytes: Bytes) {
    this.bytes = bytes
    this.#window = new PbfReader(bytes.array ?? new Uint8Array())
  }

  message(end: number, depth: number, visit: Visit): void {
    if (depth > deepest) throw damaged(this.pos, 'messages nested too deeply', `at most ${deepest} levels`)
    while (this.pos < end) {
      const tag = this.varint(end)
      const [number, type] = [Math.floor(tag / 8), tag % 8]
      if (number === 0 || wireTypes[type] === undefined || type === 3 || type === 4)
        throw damaged(this.pos, `field ${number} of wire type ${type}`, 'a field of a protobuf message')
      const next = this.#valueEnd(type, end)
      visit(new WireField(this, number, type, next, depth))
      this.pos = next
    }
  }

  /** Where the value ends that starts here; the position stays at its first byte, after its length. */
  #valueEnd(type: number, end: number): number {
    const { pos } = this
    if (type === 0) {
      this.varint(end)
      const next = this.pos
      this.pos = pos
      return next
    }
    const size = type === 1 ? 8 : type === 5 ? 4 : this.varint(end)
    const next = this.pos + size
    // Lengths above 2^63 are negative here: the position would go back, and never reach the end.
    if (size >= 0 && next <= end) return next
    throw damaged(pos, `a field of ${size} bytes where ${end - this.pos} are left`, 'a field within its message')
  }

  /** One that ends before `end`. */
  varint(end: number): number {
    const reader = this.#near(10)
    const { buf, pos } = reader
    const limit = Math.min(buf.length, end - this.#start)
    let last = pos
    while (last < limit && (buf[last] as number) >= 0x80) last++
    if (last >= limit || last - pos > 9)
      throw damaged(this.pos, 'a number that does not end', 'a varint of at most 10 bytes within its message')
    const value = reader.readVarint(true)
    this.pos = this.#start + reader.pos
    return value
  }

  float(): number {
    const value = this.#near(4).readFloat()
    this.pos += 4
    return value
  }

  double(): number {
    const value = this.#near(8).readDouble()
    this.pos += 8
    return value
  }

  /** A view of the file or of what was read of it. */
  upTo(end: number): Uint8Array {
    if (end - this.pos > windowSize) return this.bytes.read(this.pos, end)
    const { buf, pos } = this.#near(end - this.pos)
    return buf.subarray(pos, pos + end - this.pos)
  }

  /** Its reader at the position; the number of bytes from there that are read, if the file has them. */
  #near(count: number): PbfReader {
    const end = Math.min(this.pos + count, this.bytes.length)
    if (this.pos < this.#start || end > this.#start + this.#window.buf.length) {
      this.#start = this.pos
      this.#window = new PbfReader(this.bytes.read(this.pos, this.pos + Math.max(count, windowSize)))
    }
    this.#window.pos = this.pos - this.#start
    return this.#window
  }
}

class WireField implements Field {
  readonly number: number
  readonly at: number
  readonly #owner: MessageReader
  readonly #type: number
  readonly #end: number
  readonly #depth: number

  constructor(owner: MessageReader, number: number, type: number, end: number, depth: number) {
    this.#owner = owner
    this.number = number
    this.at = owner.pos
    this.#type = type
    this.#end = end
    this.#depth = depth
  }

  get hasLength(): boolean {
    return this.#type === 2
  }

  int(): number {
    this.#expect(0)
    return this.#owner.varint(this.#end)
  }

  float(): number {
    this.#expect(5)
    return this.#owner.float()
  }

  double(): number {
    this.#expect(1)
    return this.#owner.double()
  }

  text(): string {
    return new TextDecoder().decode(this.bytes())
  }

  bytes(): Uint8Array {
    this.#expect(2)
    return this.#owner.upTo(this.#end)
  }

  range(): Bytes {
    this.#expect(2)
    return this.#owner.bytes.slice(this.#owner.pos, this.#end)
  }

  message(visit: Visit): void {
    this.#expect(2)
    this.#owner.message(this.#end, this.#depth + 1, visit)
  }

  ints(into: number[]): void {
    this.#repeat(0, 1, () => into.push(this.#owner.varint(this.#end)))
  }

  floats(into: number[]): void {
    this.#repeat(5, 4, () => into.push(this.#owner.float()))
  }

  doubles(into: number[]): void {
    this.#repeat(1, 8, () => into.push(this.#owner.double()))
  }

  #repeat(type: number, size: number, read: () => void): void {
    if (this.#type === type) {
      read()
      return
    }
    this.#expect(2)
    const owner = this.#owner
    if ((this.#end - owner.pos) % size !== 0)
      throw damaged(owner.pos, `${this.#end - owner.pos} bytes of numbers of ${size} bytes`, `a multiple of ${size}`)
    while (owner.pos < this.#end) read()
  }

  #expect(type: number): void {
    if (this.#type === type) return
    throw damaged(this.#owner.pos, `field ${this.number} as ${wireTypes[this.#type]}`, `${wireTypes[type]}`)
  }
}

function damaged(at: number, received: string, expected: string): ForeignFileError {
  return new ForeignFileError('the file is damaged or cut short', {
    received: `${received}, at byte ${at}`,
    expected,
    advice: 'fetch the file again',
  })
}
