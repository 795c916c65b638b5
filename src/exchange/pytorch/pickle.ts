/**
 * Reads pickles as data. A pickle is a program for a small machine, and Python's may call any function; this one runs the
 * instructions that state dicts need, knows a short list of names, and calls nothing. Python's pickletools has the meaning
 * of each instruction.
 */

import { printable } from '../../core/text.ts'
import { ForeignFileError } from '../errors.ts'
import { PickleBytes } from './pickleBytes.ts'
import { Call, Global, Persistent, type PickleDict } from './pickleValues.ts'

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

/** The instructions that push what follows them, and no more. */
const literals = new Map<string, (bytes: PickleBytes) => unknown>([
  ['N', () => null],
  ['\x88', () => true],
  ['\x89', () => false],
  ['K', (bytes) => bytes.byte()],
  ['M', (bytes) => bytes.uint16()],
  ['J', (bytes) => bytes.int32()],
  ['\x8a', (bytes) => bytes.long(bytes.byte())],
  ['\x8b', (bytes) => bytes.long(bytes.length(4))],
  ['I', (bytes) => bytes.integer(bytes.line())],
  ['L', (bytes) => bytes.integer(bytes.line())],
  ['F', (bytes) => Number(bytes.line())],
  ['G', (bytes) => bytes.float64()],
  ['X', (bytes) => bytes.text(bytes.length(4))],
  ['\x8c', (bytes) => bytes.text(bytes.byte())],
  ['\x8d', (bytes) => bytes.text(bytes.length(8))],
  ['U', (bytes) => bytes.text(bytes.byte())],
  ['T', (bytes) => bytes.text(bytes.length(4))],
  ['V', (bytes) => bytes.line()],
  ['S', (bytes) => bytes.line().replace(/^(['"])(.*)\1$/s, '$2')],
  ['B', (bytes) => bytes.take(bytes.length(4))],
  ['C', (bytes) => bytes.take(bytes.byte())],
  ['\x8e', (bytes) => bytes.take(bytes.length(8))],
])

class Machine {
  readonly #bytes: PickleBytes
  readonly #rules: PickleRules
  readonly #stack: unknown[] = []
  readonly #memo = new Map<number, unknown>()
  readonly #references: Persistent[] = []
  #made = 0

  constructor(bytes: Uint8Array, from: number, rules: PickleRules) {
    this.#bytes = new PickleBytes(bytes, from)
    this.#rules = rules
  }

  run(): Pickle {
    for (;;) {
      const code = this.#bytes.byte()
      // STOP
      if (code === 0x2e) return { value: this.#pop(), references: this.#references, end: this.#bytes.at }
      this.#made += 1
      if (this.#made > mostValues) throw this.#bytes.fault('too many instructions', `at most ${mostValues}`)
      this.#step(code)
    }
  }

  #step(code: number): void {
    const push = (value: unknown) => this.#stack.push(value)
    const instruction = String.fromCharCode(code)
    const literal = literals.get(instruction)
    if (literal !== undefined) {
      push(literal(this.#bytes))
      return
    }
    switch (instruction) {
      case '\x80': // PROTO
        if (this.#bytes.byte() > 5) throw this.#bytes.fault('a later protocol', 'protocol 2 to 5')
        return
      case '\x95': // FRAME
        this.#bytes.take(8)
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
        push(this.#global(this.#bytes.line(), this.#bytes.line()))
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
        const target = this.#stack.at(-1)
        if (!(target instanceof Map || target instanceof Call))
          throw this.#bytes.fault('a state set on a value that has none', 'a dictionary or an array')
        return
      }
      case 'Q':
        push(this.#reference(this.#pop()))
        return
      case 'P':
        push(this.#reference(this.#bytes.line()))
        return
      case 'q':
        this.#memo.set(this.#bytes.byte(), this.#top())
        return
      case 'r':
        this.#memo.set(this.#bytes.length(4), this.#top())
        return
      case 'p':
        this.#memo.set(this.#bytes.integer(this.#bytes.line()), this.#top())
        return
      case '\x94':
        this.#memo.set(this.#memo.size, this.#top())
        return
      case 'h':
        push(this.#remembered(this.#bytes.byte()))
        return
      case 'j':
        push(this.#remembered(this.#bytes.length(4)))
        return
      case 'g':
        push(this.#remembered(this.#bytes.integer(this.#bytes.line())))
        return
      default:
        throw this.#bytes.fault(`instruction 0x${code.toString(16)}`, 'the instructions of a state dict')
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
      received: `${printable(full.slice(0, 200))}, at byte ${this.#bytes.at} of the pickle`,
      expected: 'arrays by name (a state dict), and nothing else; nothing was run',
      advice: 'do not load this file with other programs; ask its author for safetensors',
    })
  }

  #called(target: unknown, args: unknown): unknown {
    if (!(target instanceof Global) || !Array.isArray(args))
      throw this.#bytes.fault('a call of a value', 'a call of a known name')
    if (target.name !== 'collections.OrderedDict') return new Call(target.name, args)
    const [pairs] = args as readonly unknown[]
    const dict: PickleDict = new Map()
    if (Array.isArray(pairs)) for (const pair of pairs) if (Array.isArray(pair)) dict.set(pair[0], pair[1])
    return dict
  }

  #filled(dict: PickleDict, items: readonly unknown[]): PickleDict {
    if (items.length % 2 !== 0) throw this.#bytes.fault('a key without a value', 'pairs')
    for (let index = 0; index < items.length; index += 2) dict.set(items[index], items[index + 1])
    return dict
  }

  #items(): unknown[] {
    const at = this.#stack.lastIndexOf(mark)
    if (at === -1) throw this.#bytes.fault('items without a beginning', 'a mark before them')
    const items = this.#stack.splice(at)
    items.shift()
    return items
  }

  #list(): unknown[] {
    const list = this.#stack.at(-1)
    if (Array.isArray(list)) return list
    throw this.#bytes.fault('an item for a value that is no list', 'a list')
  }

  #dict(): PickleDict {
    const dict = this.#stack.at(-1)
    if (dict instanceof Map) return dict
    throw this.#bytes.fault('a pair for a value that is no dictionary', 'a dictionary')
  }

  #pop(): unknown {
    if (this.#stack.length === 0 || this.#stack.at(-1) === mark)
      throw this.#bytes.fault('an instruction without its value', 'a value')
    return this.#stack.pop()
  }

  #string(): string {
    const value = this.#pop()
    if (typeof value === 'string') return value
    throw this.#bytes.fault('a name that is no text', 'a text')
  }

  #top(): unknown {
    if (this.#stack.length === 0 || this.#stack.at(-1) === mark)
      throw this.#bytes.fault('an instruction without its value', 'a value')
    return this.#stack.at(-1)
  }

  #remembered(index: number): unknown {
    if (this.#memo.has(index)) return this.#memo.get(index)
    throw this.#bytes.fault(`value ${index}, which was not stored`, 'a value that was stored before')
  }
}
