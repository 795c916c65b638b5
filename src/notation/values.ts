/** Options with a key: real numbers and words, `eps=0.001`, `pad=reflect`. How a number is written in text. */

import { closest } from '../core/suggest.ts'
import type { WordForm } from '../layers/types.ts'
import type { Token } from './lexer.ts'
import { limits } from './limits.ts'
import { quote } from './place.ts'
import { type Reader, said } from './reader.ts'

type Forms = NonNullable<WordForm['values']>
type Form = Forms[string]

interface KeyedValue {
  readonly key: string
  readonly value: number | string
}

const numberPattern = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i

/** A decimal number: `0.5`, `.5`, `-1`, `1e-5`. Undefined for any other text. Throws `NotationLimitError`. */
export function readNumber(reader: Reader, token: Token, text: string): number | undefined {
  if (!numberPattern.test(text)) return undefined
  const number = Number(text)
  if (Math.abs(number) > limits.number) throw reader.tooLarge(token)
  return number
}

/** The fewest digits that read back as the same number, as JavaScript writes them; −0 keeps its sign. */
export function numberText(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value)
}

/** Reads `key=value`. Undefined if `token` has no `=`, or a key that the word does not take. */
export function readValue(reader: Reader, token: Token, forms: Forms): KeyedValue | undefined {
  const [, written = '', text = ''] = /^([^=]+)=(.*)$/s.exec(token.text) ?? []
  const key = keyOf(forms, written)
  if (key === undefined) return undefined
  if (text === '') throw noValue(reader, token, forms, key)
  const form = forms[key] as Form
  const value = form.kind === 'number' ? readNumber(reader, token, text) : wordOf(form, text)
  if (value !== undefined) return { key, value }
  const close = form.kind === 'word' ? closest(text.toLowerCase(), form.words) : undefined
  const takes = form.kind === 'word' ? form.words.join(' or ') : 'a number such as 0.01 or 1e-5'
  throw reader.error(token, `${key} (${form.meaning}) takes ${takes}`, {
    received: quote(token.text),
    suggestion: close && `${key}=${close}`,
  })
}

/** For a key at `token` without its value: the value is missing, or follows after a space or a colon. */
export function noValue(reader: Reader, token: Token, forms: Forms, key: string): Error {
  const form = forms[key] as Form
  const next = reader.peek(1)
  const fits = form.kind === 'number' ? numberPattern.test(next.text) : wordOf(form, next.text) !== undefined
  const apart = next.kind === ':' || (next.text.startsWith('=') && !token.text.endsWith('=')) || fits
  return reader.error(token, apart ? `${key} must be written with = and without spaces` : `${key} has no value`, {
    received: apart ? `${quote(token.text)} and ${said(next)} apart` : quote(token.text),
    expected: `${valueForm(forms, key)} (${form.meaning})`,
  })
}

/** `eps=number`, `pad=zeros|reflect`. */
export function valueForm(forms: Forms, key: string): string {
  const form = forms[key] as Form
  return `${key}=${form.kind === 'number' ? 'number' : form.words.join('|')}`
}

/** The entry of a word's table that `written` names, in capitals or small letters. */
export function keyOf(table: Readonly<Record<string, unknown>> | undefined, written: string): string | undefined {
  return Object.keys(table ?? {}).find((key) => sameLetters(key, written))
}

function wordOf(form: Form, written: string): string | undefined {
  return form.kind === 'word' ? form.words.find((word) => sameLetters(word, written)) : undefined
}

function sameLetters(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase()
}
