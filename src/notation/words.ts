/**
 * One word and its parts: `CONV3x5-64 s2 p0`, `DROPOUT 0.5`, `INPUT: [224x224x3]`. This file knows no layer: the `form`
 * of each says which parts its word takes, and its `read` turns them into attributes.
 */

import { LensletError } from '../core/errors.ts'
import { printFault } from '../core/schema.ts'
import { closest } from '../core/suggest.ts'
import { NotationValueError } from '../layers/errors.ts'
import { layerOfWord, layers, words } from '../layers/layers.ts'
import type { Layer, WordParts } from '../layers/types.ts'
import { locate } from './errors.ts'
import type { Token } from './lexer.ts'
import { limits } from './limits.ts'
import { looksLikeVolume, readExtras } from './parts.ts'
import { quote } from './place.ts'
import type { Reader } from './reader.ts'

export interface Word {
  readonly layer: Layer
  readonly attributes: object
}

/** Splits `CONV3x5-64` into CONV, 3x5, 64. The word is as short as possible, because `x` is a letter, too. */
const pattern = /^(.*?[A-Z])(\d+(?:X\d+)*)?(?:-(\d+))?$/

interface Chunk {
  readonly stem: string
  readonly size?: string | undefined
  readonly count?: string | undefined
}

function takeApart(text: string): Chunk {
  const chunk = upper(text)
  // RELU6 is a word of its own, not a RELU of size 6.
  if (layerOfWord(chunk) !== undefined) return { stem: chunk }
  const [, stem = '', size, count] = pattern.exec(chunk) ?? []
  return { stem, size, count }
}

/** True if the chunk can only be a word, not a part of the word before it. */
export function isWord(chunk: string): boolean {
  const { stem } = takeApart(chunk)
  return layerOfWord(stem) !== undefined
}

/** For `INPUT: [224x224x3]` of the notes' tables: there, the colon does not make INPUT a name. */
export function takesVolume(chunk: string): boolean {
  return layerOfWord(upper(chunk))?.notation.form.volume !== undefined
}

/** Reads the word that begins with `token`, which is already taken. */
export function readWord(reader: Reader, token: Token): Word {
  const { layer, size, count } = identify(reader, token)
  const { word, form } = layer.notation
  const wrong = (part: string) =>
    reader.error(token, `${word} takes no ${part}`, { received: quote(token.text), expected: form.example })
  if (size !== undefined && form.size === undefined) throw wrong('size right after the word')
  if (count !== undefined && form.count === undefined) throw wrong('number after a dash')

  const parts: WordParts = {
    ...(size === undefined ? {} : { size }),
    ...(count === undefined ? {} : { count }),
    ...readExtras(reader, token, layer.notation, isWord),
  }
  const missing = (part: string) => reader.missing(token, `${word} needs ${part}`, form.example)
  if (form.size === 'required' && size === undefined) throw missing('a size, right after the word')
  if (form.count === 'required' && count === undefined) throw missing('a number after a dash')
  if (form.volume === 'required' && parts.volume === undefined) throw missing('a volume: height x width x depth')
  if (form.number === 'required' && parts.number === undefined) throw missing('a number')
  try {
    const attributes = layer.notation.read(parts)
    checkRange(layer, attributes)
    return { layer, attributes }
  } catch (error) {
    throw error instanceof LensletError ? locate(error, reader.place(token)) : error
  }
}

/** Text must not give a network that JSON refuses: a trained model could be saved, but not loaded. */
function checkRange({ notation, attributes }: Layer, read: object): void {
  const fault = attributes.fault(read)
  if (fault === undefined) return
  throw new NotationValueError(`${notation.word} has a value out of range`, {
    received: JSON.stringify(read),
    expected: printFault(fault),
  })
}

interface Identified {
  readonly layer: Layer
  readonly size: readonly number[] | undefined
  readonly count: number | undefined
}

function identify(reader: Reader, token: Token): Identified {
  const { stem, size, count } = takeApart(token.text)
  const layer = layerOfWord(stem)
  if (layer === undefined) throw unknown(reader, token, stem)
  const numbers = [...(size?.split('X') ?? []), count ?? 0].map(Number)
  if (numbers.some((number) => number > limits.number)) throw reader.tooLarge(token)
  return { layer, size: size?.split('X').map(Number), count: count === undefined ? undefined : Number(count) }
}

function unknown(reader: Reader, token: Token, stem: string): LensletError {
  const chunk = upper(token.text)
  if (looksLikeVolume(token.text)) {
    return reader.error(token, 'a volume is valid only after a word that takes one', {
      received: quote(token.text),
      expected: sourceExamples(),
      advice: "leave it out: the notes' tables list the volumes of layers, the notation does not",
    })
  }
  if (chunk.endsWith('?')) {
    return reader.error(token, '? means "optional" in the patterns of the notes, and is invalid in a network', {
      received: quote(token.text),
      expected: 'the layer, or nothing',
      advice: `keep ${isWord(chunk.slice(0, -1)) ? quote(token.text.slice(0, -1)) : 'it'} without the ?, or leave it out`,
    })
  }
  const known = words.filter((word) => chunk.startsWith(word)).sort((a, b) => b.length - a.length)[0]
  const rest = known === undefined ? '' : token.text.slice(known.length)
  if (known !== undefined && !/^[A-Z]/i.test(rest)) {
    return reader.error(token, `cannot read ${quote(rest)} after ${known}`, {
      received: quote(token.text),
      expected: layerOfWord(known)?.notation.form.example ?? known,
    })
  }
  const letters = /^[A-Z]+/.exec(chunk)?.[0]
  const suggestion = closest(stem || letters || chunk, words)
  if (letters === undefined && !/\p{L}/u.test(chunk)) {
    return reader.error(token, 'expected a layer', {
      received: quote(token.text),
      expected: 'a word such as CONV3-64 or RELU',
    })
  }
  return reader.error(token, `unknown word ${quote(token.text)}`, {
    expected: `one of ${words.join(', ')}`,
    suggestion,
  })
}

/** How a network can start: `INPUT 32x32x3`. */
export function sourceExamples(): string {
  const sources = Object.values(layers).filter(({ inputs }) => inputs.max === 0)
  return sources.map(({ notation }) => notation.form.example).join(' or ')
}

/** ASCII only: other capitals can be longer than their letter, and would shift places. */
function upper(chunk: string): string {
  return chunk.replace(/[a-z]+/g, (letters) => letters.toUpperCase())
}
