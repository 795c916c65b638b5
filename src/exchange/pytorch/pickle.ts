/**
 * Reads pickles as data. A pickle is a program for a small machine, and Python's may call any function; this one runs the
 * instructions that state dicts need, knows a short list of names, and calls nothing. Python's pickletools has the meaning
 * of each instruction.
 */

import { printable } from '../../core/text.ts'
import { ForeignFileError } from '../errors.ts'

/** A class or function by its name; it is never looked up. */
export class Global {
  readonly name: string

  constructor(name: string) {
    this.name = name
  }
}

/** What a known name was called with. */
export class Call {
  readonly name: string
  readonly args: readonly unknown[]

  constructor(name: string, args: readonly unknown[]) {
    this.name = name
    this.args = args
  }
}

/** A reference to something outside the pickle: PyTorch's storages. */
export class Persistent {
  readonly id: unknown

  constructor(id: unknown) {
    this.id = id
  }
}

/** Dictionaries, also ordered ones; attributes that were set on them are left out. */
export type PickleDict = Map<unknown, unknown>

export interface PickleRules {
  /** Whether a name may stand in the pickle, as a value or to be called. */
  allows(name: string): boolean
}

/** Values a pickle may make: far more than a state dict has, and bounded by its length as well. */
const mostValues = 50_000_000

export interface Pickle {
  readonly value: unknown
  /** Every reference that the pickle makes, also in what is left out. */
  readonly references: readonly Persistent[]
  /** Where it ends, in bytes. */
  readonly end: number
}

/** @throws {ForeignFileError} a name that is not allowed, an instruction that is not known, or a pickle that is cut short */
export function readPickle(bytes: Uint8Array, from: number, rules: PickleRules): Pickle {
  return new Machine(bytes, from, rules).run()
}

const mark = Symbol('mark')

class Machine {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #rules: PickleRules
  #at: number
  readonly #stack: unknown[] = []
  readonly #memo = new Map<number, unknown>()
  readonly #references: Persistent[] = []
  #made = 0

  constructor(bytes: Uint8Array, from: number, rules: PickleRules) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#at = from
    this.#rules = rules
  }

  run(): Pickle {
    for (;;) {
      const code = this.#byte()
      // STOP
      if (code === 0x2e) return { value: this.#pop(), references: this.#references, end: this.#at }
      this.#made += 1
      if (this.#made > mostValues) throw this.#fault('too many instructions', `at most ${mostValues}`)
      this.#step(code)
    }
  }

  #step(code: number): void {
    const push = (value: unknown) => this.#stack.push(value)
    switch (String.fromCharCode(code)) {
      case '\x80': // PROTO
        if (this.#byte() > 5) throw this.#fault('a later protocol', 'protocol 2 to 5')
        return
      case '\x95': // FRAME
        this.#take(8)
        return
      case '(':
        push(mark)
        return
      case '0':
        this.#pop()
        return
      case '1':
        this.#items()
        return
      case '2': {
        const top = this.#pop()
        push(top)
        push(top)
        return
      }
      case 'N':
        push(null)
        return
      case '\x88':
        push(true)
        return
      case '\x89':
        push(false)
        return
      case 'K':
        push(this.#byte())
        return
      case 'M':
        push(this.#number(2, (at) => this.#view.getUint16(at, true)))
        return
      case 'J':
        push(this.#number(4, (at) => this.#view.getInt32(at, true)))
        return
      case '\x8a':
        push(this.#long(this.#byte()))
        return
      case '\x8b':
        push(this.#long(this.#length(4)))
        return
      case 'I':
      case 'L':
        push(this.#integer(this.#line()))
        return
      case 'F':
        push(Number(this.#line()))
        return
      case 'G':
        push(this.#number(8, (at) => this.#view.getFloat64(at, false)))
        return
      case 'X':
        push(this.#text(this.#length(4)))
        return
      case '\x8c':
        push(this.#text(this.#byte()))
        return
      case '\x8d':
        push(this.#text(this.#length(8)))
        return
      case 'U':
        push(this.#text(this.#byte()))
        return
      case 'T':
        push(this.#text(this.#length(4)))
        return
      case 'V':
        push(this.#line())
        return
      case 'S':
        push(this.#line().replace(/^(['"])(.*)\1$/s, '$2'))
        return
      case 'B':
        push(this.#take(this.#length(4)))
        return
      case 'C':
        push(this.#take(this.#byte()))
        return
      case '\x8e':
        push(this.#take(this.#length(8)))
        return
      case ')':
        push([])
        return
      case 't':
        push(this.#items())
        return
      case '\x85':
      case '\x86':
      case '\x87': {
        const count = code - 0x84
        const items = Array.from({ length: count }, () => this.#pop()).reverse()
        push(items)
        return
      }
      case ']':
        push([])
        return
      case 'l':
        push(this.#items())
        return
      case 'a': {
        const item = this.#pop()
        this.#list().push(item)
        return
      }
      case 'e': {
        const items = this.#items()
        const list = this.#list()
        for (const item of items) list.push(item)
        return
      }
      case '}':
        push(new Map())
        return
      case 'd': {
        const items = this.#items()
        push(this.#filled(new Map(), items))
        return
      }
      case 's': {
        const value = this.#pop()
        const key = this.#pop()
        this.#filled(this.#dict(), [key, value])
        return
      }
      case 'u': {
        const items = this.#items()
        this.#filled(this.#dict(), items)
        return
      }
      case '\x8f':
        push([])
        return
      case '\x90': {
        // Not by spread: a call takes no more arguments than the machine's stack holds.
        const items = this.#items()
        const set = this.#list()
        for (const item of items) set.push(item)
        return
      }
      case '\x91':
        push(this.#items())
        return
      case 'c':
        push(this.#global(this.#line(), this.#line()))
        return
      case '\x93': {
        const name = this.#string()
        push(this.#global(this.#string(), name))
        return
      }
      case 'R': {
        const args = this.#pop()
        push(this.#called(this.#pop(), args))
        return
      }
      case '\x81': {
        const args = this.#pop()
        push(this.#called(this.#pop(), args))
        return
      }
      case 'b': {
        // State of an object: an ordered dict's attributes (`_metadata`), which say nothing of the arrays.
        this.#pop()
        const [target] = [this.#stack.at(-1)]
        if (!(target instanceof Map || target instanceof Call))
          throw this.#fault('a state set on a value that has none', 'a dictionary or an array')
        return
      }
      case 'Q':
        push(this.#reference(this.#pop()))
        return
      case 'P':
        push(this.#reference(this.#line()))
        return
      case 'q':
        this.#memo.set(this.#byte(), this.#top())
        return
      case 'r':
        this.#memo.set(this.#length(4), this.#top())
        return
      case 'p':
        this.#memo.set(this.#integer(this.#line()), this.#top())
        return
      case '\x94':
        this.#memo.set(this.#memo.size, this.#top())
        return
      case 'h':
        push(this.#remembered(this.#byte()))
        return
      case 'j':
        push(this.#remembered(this.#length(4)))
        return
      case 'g':
        push(this.#remembered(this.#integer(this.#line())))
        return
      default:
        throw this.#fault(`instruction 0x${code.toString(16)}`, 'the instructions of a state dict')
    }
  }

  #reference(id: unknown): Persistent {
    const reference = new Persistent(id)
    this.#references.push(reference)
    return reference
  }

  #global(module: string, name: string): Global {
    const full = `${module}.${name}`
    if (this.#rules.allows(full)) return new Global(full)
    throw new ForeignFileError('the file wants to run code that is not allowed', {
      received: `${printable(full.slice(0, 200))}, at byte ${this.#at} of the pickle`,
      expected: 'arrays by name (a state dict), and nothing else; nothing was run',
      advice: 'do not load this file with other programs; ask its author for safetensors',
    })
  }

  #called(target: unknown, args: unknown): unknown {
    if (!(target instanceof Global) || !Array.isArray(args))
      throw this.#fault('a call of a value', 'a call of a known name')
    if (target.name !== 'collections.OrderedDict') return new Call(target.name, args)
    const [pairs] = args as readonly unknown[]
    const dict: PickleDict = new Map()
    if (Array.isArray(pairs)) for (const pair of pairs) if (Array.isArray(pair)) dict.set(pair[0], pair[1])
    return dict
  }

  #filled(dict: PickleDict, items: readonly unknown[]): PickleDict {
    if (items.length % 2 !== 0) throw this.#fault('a key without a value', 'pairs')
    for (let index = 0; index < items.length; index += 2) dict.set(items[index], items[index + 1])
    return dict
  }

  #items(): unknown[] {
    const at = this.#stack.lastIndexOf(mark)
    if (at === -1) throw this.#fault('items without a beginning', 'a mark before them')
    const items = this.#stack.splice(at)
    items.shift()
    return items
  }

  #list(): unknown[] {
    const list = this.#stack.at(-1)
    if (Array.isArray(list)) return list
    throw this.#fault('an item for a value that is no list', 'a list')
  }

  #dict(): PickleDict {
    const dict = this.#stack.at(-1)
    if (dict instanceof Map) return dict
    throw this.#fault('a pair for a value that is no dictionary', 'a dictionary')
  }

  #pop(): unknown {
    if (this.#stack.length === 0 || this.#stack.at(-1) === mark)
      throw this.#fault('an instruction without its value', 'a value')
    return this.#stack.pop()
  }

  #string(): string {
    const value = this.#pop()
    if (typeof value === 'string') return value
    throw this.#fault('a name that is no text', 'a text')
  }

  #top(): unknown {
    if (this.#stack.length === 0 || this.#stack.at(-1) === mark)
      throw this.#fault('an instruction without its value', 'a value')
    return this.#stack.at(-1)
  }

  #remembered(index: number): unknown {
    if (this.#memo.has(index)) return this.#memo.get(index)
    throw this.#fault(`value ${index}, which was not stored`, 'a value that was stored before')
  }

  #take(length: number): Uint8Array {
    if (length > this.#bytes.length - this.#at)
      throw this.#fault(`${length} bytes where ${this.#bytes.length - this.#at} are left`, 'a whole pickle')
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }

  #byte(): number {
    return this.#take(1)[0] as number
  }

  #number(size: number, read: (at: number) => number): number {
    this.#take(size)
    return read(this.#at - size)
  }

  #length(size: 4 | 8): number {
    return this.#number(size, (at) =>
      size === 4 ? this.#view.getUint32(at, true) : Number(this.#view.getBigUint64(at, true)),
    )
  }

  /** Two's complement; exact up to 2^53, and the mark of PyTorch's older files as a text. */
  #long(length: number): number | bigint {
    if (length > 64) throw this.#fault(`a number of ${length} bytes`, 'at most 64')
    let value = 0n
    const bytes = this.#take(length)
    for (let index = bytes.length - 1; index >= 0; index--) value = (value << 8n) | BigInt(bytes[index] as number)
    const signed = BigInt.asIntN(8 * length, value)
    const number = Number(signed)
    return Number.isSafeInteger(number) ? number : signed
  }

  #text(length: number): string {
    return new TextDecoder().decode(this.#take(length).slice())
  }

  #line(): string {
    const end = this.#bytes.indexOf(10, this.#at)
    if (end === -1 || end - this.#at > 1 << 20) throw this.#fault('a line that does not end', 'a whole pickle')
    const line = this.#text(end - this.#at)
    this.#at += 1
    return line
  }

  #integer(text: string): number {
    const number = Number(text.replace(/L$/, ''))
    if (Number.isSafeInteger(number)) return number
    throw this.#fault(`${JSON.stringify(text.slice(0, 20))} as a number`, 'a whole number')
  }

  #fault(received: string, expected: string): ForeignFileError {
    return new ForeignFileError('the pickle in the file is damaged, or is not one of arrays', {
      received: `${received}, at byte ${this.#at}`,
      expected,
      advice: 'fetch the file again',
    })
  }
}
