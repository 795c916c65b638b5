/** What follows a word, separated by spaces: volume, number, options (`s2`, `p0,0,1,1`), flags (`ceil`), `eps=0.001`. */

import { closest } from '../core/suggest.ts'
import type { WordForm, WordParts } from '../layers/types.ts'
import type { Token } from './lexer.ts'
import { limits } from './limits.ts'
import { quote } from './place.ts'
import { type Reader, said } from './reader.ts'
import { keyOf, noValue, readNumber, readValue, valueForm } from './values.ts'

interface Takes {
  readonly word: string
  readonly form: WordForm
}

type Found = { -readonly [K in keyof WordParts]: WordParts[K] } & {
  options: Record<string, readonly number[]>
  flags: string[]
  values: Record<string, number | string>
}

const optionPattern = /^(\p{L}+)(\d+(?:[x,]\d+)*)$/iu

export function looksLikeVolume(chunk: string): boolean {
  return /^\d+(?:x\d+){1,}$/i.test(chunk)
}

/** Takes the chunks that belong to the word at `start`. `isWord` tells a forgotten arrow from a mistyped part. */
export function readExtras(reader: Reader, start: Token, takes: Takes, isWord: (chunk: string) => boolean): WordParts {
  const found: Found = { options: {}, flags: [], values: {} }
  if (takes.form.volume !== undefined) {
    const volume = readVolume(reader, start, takes)
    if (volume !== undefined) found.volume = volume
  }
  while (reader.peek().kind === 'chunk') {
    const token = reader.peek()
    // A name begins here, and the grammar says that an arrow is missing; but `eps: 0.001` is a value.
    if (reader.peek(1).kind === ':' && keyOf(takes.form.values, token.text) === undefined) break
    if (!readPart(reader, token, takes, found)) throw refuse(reader, token, takes, isWord)
    reader.next()
  }
  const { options, flags, values, ...rest } = found
  return {
    ...rest,
    ...(Object.keys(options).length === 0 ? {} : { options }),
    ...(flags.length === 0 ? {} : { flags }),
    ...(Object.keys(values).length === 0 ? {} : { values }),
  }
}

/** `224x224x3`, `224 x 224 x 3`, with or without brackets, and with the colon of the notes' tables. */
function readVolume(reader: Reader, start: Token, { word, form }: Takes): [number, number, number] | undefined {
  if (reader.peek().kind === ':') reader.next()
  const open = reader.peek().kind === '[' ? reader.next() : undefined
  const first = reader.peek()
  let text = ''
  while (reader.peek().kind === 'chunk' && /^[\dx]+$/i.test(reader.peek().text) && text.length <= limits.chunk) {
    const piece = reader.peek().text.toLowerCase()
    if (/\d$/.test(text) && /^\d/.test(piece)) break
    text += reader.next().text.toLowerCase()
  }
  if (open === undefined && text === '') return undefined
  const sides = text.split('x').map(Number)
  if (!/^\d+x\d+x\d+$/.test(text)) {
    throw reader.error(
      text === '' ? first : { ...first, length: text.length },
      `${word} needs a volume of three numbers`,
      {
        received: text === '' ? said(first) : quote(text),
        expected: `height x width x depth: ${form.example}`,
      },
    )
  }
  if (sides.some((side) => side > limits.number)) throw reader.tooLarge(first)
  if (open !== undefined && reader.next().kind !== ']') {
    throw reader.error(open, `this [ of ${quote(start.text)} is never closed`, { expected: `${word} [${text}]` })
  }
  return sides as [number, number, number]
}

/** False if the word takes no such part. */
function readPart(reader: Reader, token: Token, { word, form }: Takes, found: Found): boolean {
  const chunk = token.text
  const twice = () =>
    reader.error(token, `an option of ${word} is given twice`, { received: quote(chunk), expected: 'each option once' })
  const number = form.number === undefined ? undefined : readNumber(reader, token, chunk)
  if (number !== undefined) {
    if (found.number !== undefined) throw twice()
    found.number = number
    return true
  }
  const keyed = readValue(reader, token, form.values ?? {})
  if (keyed !== undefined) {
    if (Object.hasOwn(found.values, keyed.key)) throw twice()
    found.values[keyed.key] = keyed.value
    return true
  }
  const flag = keyOf(form.flags, chunk)
  if (flag !== undefined) {
    if (found.flags.includes(flag)) throw twice()
    found.flags.push(flag)
    return true
  }
  const [, letters = '', digits = ''] = optionPattern.exec(chunk) ?? []
  const option = keyOf(form.options, letters)
  if (option === undefined) return false
  if (Object.hasOwn(found.options, option)) throw twice()
  const values = digits.split(/[x,]/i).map(Number)
  if (values.some((value) => value > limits.number)) throw reader.tooLarge(token)
  if (values.length > 4) {
    const meaning = `${option} (${form.options?.[option]})`
    throw reader.error(token, `${meaning} takes one to four numbers`, {
      received: quote(chunk),
      expected: form.example,
    })
  }
  found.options[option] = values
  return true
}

function refuse(reader: Reader, token: Token, { word, form }: Takes, isWord: (chunk: string) => boolean): Error {
  const chunk = token.text
  if (isWord(chunk)) {
    return reader.error(token, `an arrow is missing before ${quote(chunk)}`, { expected: `-> ${quote(chunk)}` })
  }
  if (/^[-=~>]+$/.test(chunk)) {
    return reader.error(token, `${quote(chunk)} is not an arrow`, { expected: '->', suggestion: '->' })
  }
  if (/^[-\d]/.test(chunk) && (form.size ?? form.count) !== undefined) {
    return reader.error(token, `the numbers of ${word} are written without a space`, {
      received: quote(chunk),
      expected: form.example,
    })
  }
  const { options = {}, flags = {}, values = {} } = form
  const key = keyOf(values, chunk)
  if (key !== undefined) return noValue(reader, token, values, key)
  const letters = /^\p{L}+/u.exec(chunk)?.[0] ?? ''
  const option = keyOf(options, letters)
  if (option !== undefined) {
    return reader.error(token, `${option} (${options[option]}) takes whole numbers, without a space or =`, {
      received: quote(chunk),
      expected: `${option}1, ${option}2x1 or ${option}0,0,1,1`,
    })
  }
  const taken = [
    ...Object.entries(options).map(([letter, meaning]) => `${letter}1 (${meaning})`),
    ...Object.entries(flags).map(([flag, meaning]) => `${flag} (${meaning})`),
    ...Object.entries(values).map(([name, { meaning }]) => `${valueForm(values, name)} (${meaning})`),
  ]
  return reader.error(token, `${word} takes no ${quote(chunk)}`, {
    expected: taken.length === 0 ? `${form.example}, and then ->` : `any of ${taken.join(', ')}; and then ->`,
    suggestion: closest(letters.toLowerCase(), [...Object.keys(flags), ...Object.keys(values)]),
  })
}
