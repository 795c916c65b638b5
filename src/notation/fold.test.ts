// The folding is the shortest text, against a search through all foldings; equally short ones are chosen for readers.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fold, type Item, type Piece } from './fold.ts'

const written = (items: readonly Item[], pieces: readonly Piece[]): string =>
  items
    .map((item) => (typeof item === 'number' ? pieces[item]?.text : `[${written(item.body, pieces)}]*${item.times}`))
    .join(' -> ')

const expanded = (items: readonly Item[], pieces: readonly Piece[]): readonly string[] =>
  items.flatMap((item) => {
    if (typeof item === 'number') return [(pieces[item] as Piece).text]
    return Array.from({ length: item.times }, () => expanded(item.body, pieces)).flat()
  })

/** The length of the shortest text: every first item, every period, every number of copies. */
function shortest(texts: readonly string[], known = new Map<string, number>()): number {
  if (texts.length === 0) return -' -> '.length
  const key = texts.join()
  const found = known.get(key)
  if (found !== undefined) return found
  let least = (texts[0] as string).length + 4 + shortest(texts.slice(1), known)
  for (let period = 1; 2 * period <= texts.length; period++) {
    const body = texts.slice(0, period)
    const repeats = (times: number) => texts.slice((times - 1) * period, times * period).join() === body.join()
    for (let times = 2; times * period <= texts.length && repeats(times); times++) {
      const group = `[]*${times}`.length + shortest(body, known)
      least = Math.min(least, group + 4 + shortest(texts.slice(times * period), known))
    }
  }
  known.set(key, least)
  return least
}

const piecesOf = (texts: readonly string[], leaders = ''): readonly Piece[] =>
  texts.map((text) => ({ text, leads: leaders.includes(text) }))
const foldWords = (line: string, leaders = '') => {
  const pieces = piecesOf(line.split(' '), leaders)
  return written(fold(pieces), pieces)
}

const letter = fc.constantFrom('A', 'BN', 'CONV3-64')
/** Sequences in which much repeats: letters, and copies of what came before. */
const repetitive = fc
  .array(fc.oneof(letter, fc.record({ back: fc.integer({ min: 1, max: 4 }), times: fc.integer({ min: 1, max: 2 }) })), {
    maxLength: 6,
  })
  .map((steps) => {
    const texts: string[] = []
    for (const step of steps) {
      if (typeof step === 'string') texts.push(step)
      else for (let time = 0; time < step.times; time++) texts.push(...texts.slice(-step.back))
    }
    return texts
  })

describe('fold', () => {
  it('is the shortest text', () => {
    fc.assert(
      fc.property(fc.oneof(repetitive, fc.array(letter, { maxLength: 12 })), (texts) => {
        fc.pre(texts.length <= 18)
        const pieces = piecesOf(texts, 'A')
        const items = fold(pieces)
        expect(expanded(items, pieces)).toEqual(texts)
        expect(written(items, pieces)).toHaveLength(Math.max(0, shortest(texts)))
      }),
      { numRuns: 500 },
    )
  })

  it.each([
    ['A', 'A'],
    ['A A', '[A]*2'],
    ['A A A A A A A A A A A A', '[A]*12'],
    ['A B A B', '[A -> B]*2'],
    ['A B A B A B A B', '[A -> B]*4'],
    ['A A B A A B', '[[A]*2 -> B]*2'],
    ['A B B A B B C', '[A -> [B]*2]*2 -> C'],
    ['A B A B C A B C A B C', 'A -> B -> [A -> B -> C]*3'],
    ['A B A B A B C A B C', '[A -> B]*2 -> [A -> B -> C]*2'],
    ['A B C', 'A -> B -> C'],
  ])('%s', (line, text) => {
    expect(foldWords(line, 'A')).toBe(text)
  })

  it('begins groups with a layer that leads, else at the left', () => {
    expect(foldWords('r A r A r A r', 'A')).toBe('r -> [A -> r]*3')
    expect(foldWords('r A r A r A r', '')).toBe('[r -> A]*3 -> r')
    expect(foldWords('A r p A r p A r', 'A')).toBe('[A -> r -> p]*2 -> A -> r')
    expect(foldWords('p A r p A r p A', 'A')).toBe('p -> [A -> r -> p]*2 -> A')
  })

  it('leaves copies to a longer group behind it', () => {
    expect(foldWords(`${'A B '.repeat(5)}C ${'A B A B C '.repeat(2)}D`, 'A')).toBe(
      '[A -> B]*3 -> [[A -> B]*2 -> C]*3 -> D',
    )
  })

  it('tries bodies that begin far inside their run where they are short, and is right where they are long', () => {
    // Every beginning but the last cuts the group of 40.
    const body = [...Array<string>(40).fill('r'), 'A']
    const texts = ['r', ...body, ...body, ...body]
    const pieces = piecesOf(texts, 'A')
    expect(written(fold(pieces), pieces)).toBe('r -> [[r]*40 -> A]*3')
    const long = Array.from({ length: 300 }, (_, i) => `L${(i * i) % 97}`)
    const twice = piecesOf([...long, ...long])
    expect(written(fold(twice), twice)).toBe(`[${foldWords(long.join(' '))}]*2`)
  })

  it('holds for long sequences that are hard', () => {
    let [first, second] = ['A', 'AB']
    while (second.length < 10_000) [first, second] = [second, second + first]
    const parity = (i: number) => [...i.toString(2)].filter((bit) => bit === '1').length % 2
    const sequences = {
      equal: Array<string>(10_000).fill('RELU'),
      different: Array.from({ length: 10_000 }, (_, i) => `L${i}`),
      Fibonacci: [...second.slice(0, 10_000)],
      'Thue and Morse': Array.from({ length: 10_000 }, (_, i) => 'AB'[parity(i)] as string),
      'a long body': Array.from({ length: 9999 }, (_, i) => `L${((i % 3333) * 7919) % 101}`),
    }
    for (const [name, texts] of Object.entries(sequences)) {
      const pieces = piecesOf(texts)
      expect(expanded(fold(pieces), pieces), name).toEqual(texts)
    }
  })
})
