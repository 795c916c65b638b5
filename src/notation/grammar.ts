/**
 * Tokens -> tree, by recursive descent:
 *
 *   chain  = unit { '->' unit }
 *   unit   = '[' chain ']' [ '*' number ]  |  [ name ':' ] word [ '(' branch { '|' branch } ')' ]
 *   branch = [ 'ID' | chain ]
 *
 * `words.ts` reads the words and their parts, and asks the layers about them.
 */

import { ArgumentError } from '../core/errors.ts'
import { layers } from '../layers/layers.ts'
import type { Layer } from '../layers/types.ts'
import { isNodeName } from '../network/network.ts'
import type { NotationError } from './errors.ts'
import type { Token } from './lexer.ts'
import { limits } from './limits.ts'
import { looksLikeVolume } from './parts.ts'
import { quote, type Span } from './place.ts'
import { type Reader, said } from './reader.ts'
import { readWord, sourceExamples, takesVolume } from './words.ts'

export type Chain = readonly Unit[]
export type Unit = WordUnit | GroupUnit

export interface WordUnit {
  readonly kind: 'word'
  readonly layer: Layer
  readonly attributes: object
  readonly name: string | undefined
  /** Absent: the word takes the value before it. An empty branch is that value, too. */
  readonly branches: readonly Chain[] | undefined
  readonly span: Span
  /** Layers and branches in it, repeats written out. */
  readonly size: number
}

export interface GroupUnit {
  readonly kind: 'group'
  readonly chain: Chain
  readonly times: number
  readonly size: number
}

export function readNetwork(reader: Reader): Chain {
  if (reader.peek().kind === 'end') {
    throw reader.error(reader.peek(), 'the text contains no network', { expected: `${sourceExamples()} -> ...` })
  }
  const chain = new Grammar(reader).chain(0)
  const token = reader.next()
  if (token.kind !== 'end') throw misplaced(reader, token, 'the end of the text')
  return chain
}

class Grammar {
  readonly #reader: Reader
  /** Words and branches as written: bounds the tree before it is complete. */
  #written = 0

  constructor(reader: Reader) {
    this.#reader = reader
  }

  chain(depth: number): Chain {
    const reader = this.#reader
    const chain: Unit[] = []
    let size = 0
    for (;;) {
      const token = reader.peek()
      for (const unit of this.#unit(depth)) {
        chain.push(unit)
        size += unit.size
      }
      if (size > limits.layers) throw tooMany(reader, token, size)
      if (reader.peek().kind !== 'arrow') return chain
      reader.next()
    }
  }

  /** One unit, or none: a group that is repeated zero times. */
  #unit(depth: number): Chain {
    const reader = this.#reader
    const token = reader.next()
    if (token.kind === '[') return this.#group(token, depth + 1)
    if (token.kind !== 'chunk') throw misplaced(reader, token, 'a layer')
    if (reader.peek().kind !== ':' || (takesVolume(token.text) && startsVolume(reader.peek(1)))) {
      return [this.#word(token, undefined, depth)]
    }
    if (!isNodeName(token.text)) {
      throw reader.error(token, 'invalid name of a layer', {
        received: quote(token.text),
        expected: 'a letter or _, then letters, digits, _ - . /; at most 200 characters',
      })
    }
    reader.next()
    const word = reader.next()
    if (word.kind === 'chunk' && reader.peek().kind !== ':') return [this.#word(word, token, depth)]
    if (word.kind !== '[' || !looksLikeVolume(reader.peek().text)) {
      throw reader.error(word, `the name ${quote(token.text)} must be followed by a layer`, {
        received: said(word),
        expected: `a word after the colon, as in ${token.text}: RELU`,
      })
    }
    throw reader.error(word, `the volume after ${quote(token.text)} must not be written, because it is computed`, {
      expected: quote(token.text),
      advice: "delete it and the rest of the line: the notes' tables list volumes, the notation does not",
    })
  }

  #word(token: Token, name: Token | undefined, depth: number): WordUnit {
    const reader = this.#reader
    if (isIdentity(token)) {
      throw reader.error(token, 'ID must be the only word of a branch', {
        expected: branchExamples(),
      })
    }
    this.#count(token)
    const { layer, attributes } = readWord(reader, token)
    const branches = this.#branches(token, layer, depth)
    const size = 1 + (branches ?? []).reduce((sum, branch) => sum + 1 + sizeOf(branch), 0)
    return { kind: 'word', layer, attributes, name: name?.text, branches, span: name ?? token, size }
  }

  #branches(token: Token, { notation, inputs }: Layer, depth: number): readonly Chain[] | undefined {
    const reader = this.#reader
    const open = reader.peek()
    if (notation.branches === undefined) {
      if (open.kind !== '(') return undefined
      throw reader.error(open, `${notation.word} takes nothing in parentheses`, {
        expected: notation.form.example,
        advice: `branches are joined by ${branchExamples()}`,
      })
    }
    if (open.kind !== '(') {
      throw reader.missing(token, `${notation.word} needs branches in parentheses`, notation.form.example)
    }
    this.#enter(open, depth + 1)
    const branches: Chain[] = []
    do {
      this.#count(reader.next())
      branches.push(this.#branch(depth + 1))
    } while (reader.peek().kind === '|')
    const close = reader.next()
    if (close.kind === 'end') throw reader.error(open, 'this ( is never closed', { expected: notation.form.example })
    if (close.kind !== ')') throw misplaced(reader, close, '| or )')
    const beside = notation.branches === 'beside' ? 1 : 0
    const [least, most] = [inputs.min - beside, inputs.max - beside]
    if (branches.length >= least && branches.length <= most) return branches
    const count = least === most ? `${least} ${least === 1 ? 'branch' : 'branches'}` : `${least} to ${most} branches`
    throw reader.error(token, `${notation.word} takes ${count}`, {
      received: `${branches.length}`,
      expected: notation.form.example,
    })
  }

  #branch(depth: number): Chain {
    const reader = this.#reader
    const token = reader.peek()
    const ends = ({ kind }: Token) => kind === '|' || kind === ')'
    if (ends(token)) return []
    if (!isIdentity(token) || !ends(reader.peek(1))) return this.chain(depth)
    reader.next()
    return []
  }

  #group(open: Token, depth: number): Chain {
    const reader = this.#reader
    this.#enter(open, depth)
    const chain = this.chain(depth)
    const close = reader.next()
    if (close.kind === 'end') throw reader.error(open, 'this [ is never closed', { expected: ']' })
    if (close.kind !== ']') throw misplaced(reader, close, '-> or ]')
    const times = this.#times()
    const size = times * sizeOf(chain)
    return size === 0 ? [] : [{ kind: 'group', chain, times, size }]
  }

  /** What follows a group: `*3`, `*N` with a binding, or nothing. */
  #times(): number {
    const reader = this.#reader
    if (reader.peek().kind !== '*') return 1
    const star = reader.next()
    const token = reader.next()
    const { bindings } = reader
    if (token.kind === 'chunk' && Object.hasOwn(bindings, token.text)) {
      const bound = bindings[token.text] as number
      if (Number.isInteger(bound) && bound >= 0 && bound <= limits.number) return bound
      throw new ArgumentError(`the binding of ${token.text} is not a number of repeats`, {
        received: String(bound),
        expected: `a whole number from 0 to ${limits.number}`,
      })
    }
    if (token.kind === 'chunk' && /^\d+$/.test(token.text)) {
      if (Number(token.text) > limits.number) throw reader.tooLarge(token)
      return Number(token.text)
    }
    if (token.kind === 'chunk' && /^\p{L}\w*$/u.test(token.text)) {
      throw reader.error(token, `*${token.text} is not a number of repeats`, {
        expected: 'a whole number, as in [CONV3-32 -> RELU]*2',
        advice: `write a number, or pass one with the text: parse(text, { bindings: { ${token.text}: 2 } })`,
      })
    }
    throw reader.error(token.kind === 'end' ? star : token, 'expected the number of repeats after *', {
      received: said(token),
      expected: 'a whole number, as in [CONV3-32 -> RELU]*2',
    })
  }

  #enter(open: Token, depth: number): void {
    if (depth <= limits.depth) return
    throw this.#reader.limit(open, 'the brackets are nested too deeply', `${depth} deep`, limits.depth)
  }

  #count(token: Token): void {
    this.#written += 1
    if (this.#written > limits.layers) throw tooMany(this.#reader, token, this.#written)
  }
}

function sizeOf(chain: Chain): number {
  return chain.reduce((sum, { size }) => sum + size, 0)
}

function isIdentity({ kind, text }: Token): boolean {
  return kind === 'chunk' && /^ID$/i.test(text)
}

function startsVolume(token: Token): boolean {
  return token.kind === '[' || looksLikeVolume(token.text)
}

function branchExamples(): string {
  const joins = Object.values(layers).filter(({ notation }) => notation.branches === true)
  return joins.map(({ notation }) => notation.form.example).join(' or ')
}

function tooMany(reader: Reader, span: Span, size: number): NotationError {
  return reader.limit(span, 'too many layers', `${size} layers and branches`, limits.layers)
}

/** A token in the wrong place; `expected` says what belongs there. */
function misplaced(reader: Reader, token: Token, expected: string): NotationError {
  const received = said(token)
  if (token.kind === 'chunk' && token.text.startsWith('?')) {
    return reader.error(token, '? means "optional" in the patterns of the notes, and is invalid in a network', {
      received,
      expected: 'the layer or group, or nothing',
      advice: 'keep it without the ?, or leave it out',
    })
  }
  if (token.kind === 'chunk' || token.kind === '[') {
    return reader.error(token, `an arrow is missing before ${received}`, { expected: `-> ${received}` })
  }
  if (token.kind === '*') {
    return reader.error(token, 'only a group in brackets can be repeated', {
      received,
      expected: '[CONV3-32 -> RELU]*2',
    })
  }
  const message = token.kind === 'end' ? 'the text ends too early' : `unexpected ${received}`
  return reader.error(token, message, { received, expected })
}
