/** One node -> its word and parts: `CONV3-64 s2 nobias`. */

import { LensletError } from '../core/errors.ts'
import type { WordForm, WordParts } from '../layers/types.ts'
import { layerOf, type NetworkNode } from '../network/network.ts'
import { PrintError } from './errors.ts'
import { Reader } from './reader.ts'
import { numberText } from './values.ts'
import { readWord } from './words.ts'

/** Writes the words of a network, and reads each distinct text once to check that it gives the same attributes. */
export class WordWriter {
  readonly #meanings = new Map<string, object | undefined>()

  /** Throws `PrintError` if the word cannot express the attributes: no text is better than another network. */
  text(node: NetworkNode): string {
    const { notation } = layerOf(node)
    const text = partsText(notation.word, notation.form, notation.write(node.attributes))
    if (!this.#meanings.has(text)) this.#meanings.set(text, meaningOf(text))
    if (sameData(this.#meanings.get(text), node.attributes)) return text
    throw new PrintError(node.name, `the notation has no ${notation.word} with these attributes`, {
      received: JSON.stringify(node.attributes),
      expected: `attributes that ${notation.word} can express, as in ${notation.form.example}`,
    })
  }
}

function meaningOf(text: string): object | undefined {
  const reader = new Reader(text)
  try {
    const { attributes } = readWord(reader, reader.next())
    return reader.peek().kind === 'end' ? attributes : undefined
  } catch (error) {
    if (error instanceof LensletError) return undefined
    throw error
  }
}

function partsText(word: string, form: WordForm, parts: WordParts): string {
  const size = parts.size?.join('x') ?? ''
  const count = parts.count === undefined ? '' : `-${parts.count}`
  const given = parts.flags ?? []
  const flags = Object.keys(form.flags ?? {}).filter((flag) => given.includes(flag))
  return [
    `${word}${size}${count}`,
    ...(parts.volume === undefined ? [] : [parts.volume.join('x')]),
    ...(form.flagsLead ? flags : []),
    ...(parts.number === undefined ? [] : [numberText(parts.number)]),
    ...Object.keys(form.options ?? {}).flatMap((letter) => optionText(letter, parts.options?.[letter])),
    ...Object.keys(form.values ?? {}).flatMap((key) => valueText(key, parts.values?.[key])),
    ...(form.flagsLead ? [] : flags),
  ].join(' ')
}

function optionText(letter: string, values: readonly number[] | undefined): readonly string[] {
  return values === undefined ? [] : [`${letter}${values.join(values.length === 2 ? 'x' : ',')}`]
}

function valueText(key: string, value: number | string | undefined): readonly string[] {
  return value === undefined ? [] : [`${key}=${typeof value === 'number' ? numberText(value) : value}`]
}

/** Plain data, value by value; an absent field is the same as an undefined one. */
function sameData(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return Object.is(a, b)
  const keys = new Set([...Object.keys(a), ...Object.keys(b)])
  return [...keys].every((key) => sameData(a[key as keyof typeof a], b[key as keyof typeof b]))
}
