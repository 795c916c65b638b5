/**
 * What a search tries: for each name a range or a list. `1e-4..1e-1` is drawn evenly on a logarithmic scale, as the notes
 * advise for rates and decays; `16..64:8` gives multiples of 8; `0..0.5:linear` is drawn evenly; `adam|nesterov` are words.
 */

import { Random } from '../core/random.ts'
import { printable } from '../core/text.ts'
import { UsageError } from './errors.ts'

export interface RangeTry {
  readonly kind: 'range'
  readonly low: number
  readonly high: number
  readonly scale: 'log' | 'linear'
  /** Values are multiples of this; absent where they are any numbers. */
  readonly step?: number | undefined
}

export interface WordsTry {
  readonly kind: 'words'
  readonly words: readonly string[]
}

export type Try = RangeTry | WordsTry

/** By name: a variable of the notation, or an option. */
export type SearchSpace = Readonly<Record<string, Try>>

const expected = 'name=low..high (1e-4..1e-1, 16..64:8, 0..0.5:linear) or name=word|word'

/** Reads `rate=1e-4..1e-1`. Throws `UsageError`. */
export function readTry(text: string): readonly [name: string, value: Try] {
  const [, name = '', value = ''] = /^\s*([A-Za-z][\w-]*)\s*=([\s\S]*)$/.exec(text) ?? []
  const refuse = (advice?: string) =>
    new UsageError('the value of --try is invalid', {
      received: printable(text.slice(0, 200)),
      expected,
      ...(advice && { advice }),
    })
  if (name === '') throw refuse()
  const range = /^\s*(\S+?)\s*\.\.\s*([^\s:]+)\s*(?::\s*(\S+))?\s*$/.exec(value)
  if (range === null) {
    const words = value.split('|').map((word) => word.trim())
    if (words.length < 2 || words.includes('')) throw refuse()
    if (new Set(words).size < words.length) throw refuse('each word once')
    return [name, { kind: 'words', words }]
  }
  const [low, high] = [Number(range[1]), Number(range[2])]
  const isLinear = range[3] === 'linear'
  const given = range[3] === undefined || isLinear ? undefined : Number(range[3])
  if (!(Number.isFinite(low) && Number.isFinite(high) && low < high)) throw refuse()
  if (given !== undefined && !(given > 0 && Number.isFinite(given))) throw refuse()
  if (low <= 0 && !isLinear) throw refuse(`a logarithmic scale has no ${low}: ${name}=${low}..${high}:linear`)
  // `16..64`: whole ends mean whole numbers.
  const isWhole = [range[1], range[2]].every((end) => /^-?\d+$/.test(end as string))
  const step = given ?? (isWhole ? 1 : undefined)
  if (step !== undefined && Math.floor(high / step) * step < low) throw refuse(`no multiple of ${step} is in it`)
  return [name, { kind: 'range', low, high, scale: isLinear ? 'linear' : 'log', ...(step !== undefined && { step }) }]
}

/** The values of one trial, as an option's text. They depend on seed, trial and name only. */
export function drawValues(space: SearchSpace, seed: number, trial: number): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(space).map(([name, each]) => [name, draw(each, Random.seeded(seed, 'search', name, trial))]),
  )
}

function draw(each: Try, random: Random): string {
  if (each.kind === 'words') return each.words[random.integer(each.words.length)] as string
  return printNumber(at(each, random.next()), each)
}

/** @param share 0 at the low end, 1 at the high one */
function at({ low, high, scale }: RangeTry, share: number): number {
  return scale === 'linear' ? low + share * (high - low) : low * (high / low) ** share
}

/** Three digits, or a multiple of the step, within the range. */
function printNumber(value: number, { low, high, step }: RangeTry): string {
  const rounded = step === undefined ? Number(value.toPrecision(3)) : Math.round(value / step) * step
  if (step === undefined) return `${Math.min(high, Math.max(low, rounded))}`
  const [first, last] = [Math.ceil(low / step) * step, Math.floor(high / step) * step]
  return `${Number(Math.min(last, Math.max(first, rounded)).toPrecision(12))}`
}

/** Both ends, or all words: if they are accepted, so is what is drawn. */
export function endsOf(each: Try): readonly string[] {
  return each.kind === 'words' ? each.words : [printNumber(each.low, each), printNumber(each.high, each)]
}
