// Options with a key: what they mean, and what is said of mistakes. Words as values are tried with a form of the test's own.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LensletError } from '../core/errors.ts'
import { NotationValueError } from '../layers/errors.ts'
import type { WordForm } from '../layers/types.ts'
import { makeNetwork } from '../network/network.ts'
import { NotationError, NotationLimitError, parse, print } from './index.ts'
import { readExtras } from './parts.ts'
import { Reader } from './reader.ts'

const start = 'INPUT 8x8x3 -> '
const attributesOf = (word: string) => parse(start + word).nodes[1]?.attributes
const errorOf = (read: () => unknown): LensletError => {
  try {
    read()
  } catch (error) {
    if (error instanceof LensletError) return error
    throw error
  }
  throw new Error('no error')
}

describe('BN', () => {
  it.each([
    ['BN', 1e-5, 0.1],
    ['BN eps=0.001', 0.001, 0.1],
    ['BN momentum=0.01', 1e-5, 0.01],
    ['BN eps=0.001 momentum=0.01', 0.001, 0.01],
    ['bn MOMENTUM=.5 Eps=1E-3', 0.001, 0.5],
    ['BN eps=1e-5', 1e-5, 0.1],
    ['BN eps=1e–4', 1e-4, 0.1],
    ['BN eps=1e−4->RELU', 1e-4, 0.1],
    ['BN eps=+2. momentum=0', 2, 0],
    ['BN momentum=1', 1e-5, 1],
  ])('%s', (word, epsilon, momentum) => {
    expect(attributesOf(word)).toEqual({ epsilon, momentum })
  })

  it.each([
    ['BN eps=0', /eps of BN must be above 0.*received: eps=0/s],
    ['BN eps=-1e-3', /eps of BN must be above 0.*received: eps=-0\.001/s],
    ['BN momentum=-0.1', /momentum of BN must be from 0 to 1/],
    ['BN momentum=1.01', /momentum of BN must be from 0 to 1/],
  ])('%s is refused', (word, message) => {
    const error = errorOf(() => parse(start + word))
    expect(error).toBeInstanceOf(NotationValueError)
    expect(error).toMatchObject({ line: 1, column: start.length + 1 })
    expect(error.message).toMatch(message)
  })

  it('prints what differs from the usual, in digits that read back', () => {
    expect(print(parse(`${start}BN momentum=0.1 eps=0.00001`))).toBe(`${start}BN`)
    expect(print(parse(`${start}BN momentum=1E-2 eps=1e-3`))).toBe(`${start}BN eps=0.001 momentum=0.01`)
    expect(print(parse(`${start}BN eps=0.0000001`))).toBe(`${start}BN eps=1e-7`)
    expect(print(parse(`${start}BN noshift noscale eps=0.1`))).toBe(`${start}BN eps=0.1 noscale noshift`)
    const numbers = fc.record({
      epsilon: fc.double({ min: Number.MIN_VALUE, max: 2 ** 31, noNaN: true }),
      momentum: fc.double({ min: 0, max: 1, noNaN: true }),
    })
    fc.assert(
      fc.property(numbers, (attributes) => {
        const [input] = parse('INPUT 8x8x3').nodes
        const network = makeNetwork([input as never, { name: 'bn1', type: 'bn', attributes, inputs: ['input1'] }])
        expect(parse(print(network))).toEqual(network)
      }),
    )
  })
})

/** The word, its message's column from the start of the word, and what the message says. */
const mistakes: readonly [text: string, column: number, message: RegExp][] = [
  ['BN epsilon=0.001', 4, /BN takes no `epsilon=0\.001`.*eps=number \(added to the variance\).*did you mean eps\?/s],
  ['BN momentun=0.1', 4, /did you mean momentum\?/],
  ['BN foo=1', 4, /BN takes no `foo=1`(?!.*did you mean)/s],
  ['BN =1', 4, /BN takes no `=1`/],
  ['RELU eps=1', 6, /RELU takes no `eps=1`/],
  ['BN eps', 4, /eps has no value.*expected: eps=number \(added/s],
  ['BN eps=', 4, /eps has no value/],
  ['BN eps= -> RELU', 4, /eps has no value/],
  ['BN eps= RELU', 4, /eps has no value/],
  ['BN eps momentum=0.1', 4, /eps has no value/],
  ['BN eps= momentum=0.1', 4, /eps has no value/],
  ['BN eps = 0.1', 4, /eps must be written with = and without spaces.*`eps` and `=` apart/s],
  ['BN eps =0.1', 4, /without spaces.*`eps` and `=0\.1` apart/s],
  ['BN eps= 0.1', 4, /without spaces.*`eps=` and `0\.1` apart/s],
  ['BN eps 0.1', 4, /without spaces.*`eps` and `0\.1` apart/s],
  ['BN eps: 0.1', 4, /without spaces.*`eps` and `:` apart/s],
  ['BN eps=small', 4, /eps \(added to the variance\) takes a number such as 0\.01 or 1e-5.*received: `eps=small`/s],
  ['BN eps=1/1000', 4, /takes a number/],
  ['BN eps=0,001', 4, /takes a number/],
  ['BN eps==0.1', 4, /takes a number/],
  ['BN eps=NaN', 4, /takes a number/],
  ['BN eps=Infinity', 4, /takes a number/],
  ['BN eps=0.1 EPS=0.2', 12, /given twice/],
]

describe('mistakes', () => {
  it.each(mistakes)('%s', (text, column, message) => {
    const error = errorOf(() => parse(start + text))
    expect(error).toBeInstanceOf(NotationError)
    expect(error.message).toMatch(message)
    expect(error).toMatchObject({ line: 1, column: start.length + column })
  })

  it.each(['BN eps=1e999', 'BN eps=-1e999', 'BN momentum=3000000000'])('%s is too large', (text) => {
    expect(errorOf(() => parse(start + text))).toBeInstanceOf(NotationLimitError)
  })

  it('has the key as the suggestion', () => {
    expect(errorOf(() => parse(`${start}BN epz=1`))).toMatchObject({ suggestion: 'eps' })
  })
})

describe('words as values', () => {
  const form: WordForm = {
    options: { p: 'padding' },
    flags: { nobias: 'no bias' },
    values: {
      pad: { meaning: 'what is outside', kind: 'word', words: ['zeros', 'reflect', 'Wrap'] },
      slope: { meaning: 'below 0', kind: 'number' },
    },
    example: 'PADDED p1 pad=reflect',
  }
  const read = (text: string) => {
    const reader = new Reader(`PADDED ${text}`)
    return readExtras(reader, reader.next(), { word: 'PADDED', form }, (chunk) => chunk === 'RELU')
  }

  it('are read beside the other parts, in any order', () => {
    expect(read('nobias pad=Reflect p1')).toEqual({
      flags: ['nobias'],
      options: { p: [1] },
      values: { pad: 'reflect' },
    })
    expect(read('PAD=wrap slope=-2')).toEqual({ values: { pad: 'Wrap', slope: -2 } })
    expect(read('p1')).toEqual({ options: { p: [1] } })
  })

  it.each([
    ['pad=mirror', /pad \(what is outside\) takes zeros or reflect or Wrap.*received: `pad=mirror`(?!.*did you mean)/s],
    ['pad=reflekt', /did you mean pad=reflect\?/],
    ['pad=1', /pad \(what is outside\) takes zeros or reflect/],
    ['pad=', /pad has no value.*expected: pad=zeros\|reflect\|Wrap/s],
    ['pad', /pad has no value/],
    ['pad reflect', /pad must be written with = and without spaces/],
    ['pad= reflect', /pad must be written with = and without spaces/],
    ['pad= nobias', /pad has no value/],
    ['pad RELU', /pad has no value/],
    ['slope=zeros', /slope \(below 0\) takes a number/],
    ['pads=zeros', /PADDED takes no `pads=zeros`.*pad=zeros\|reflect\|Wrap \(what is outside\).*did you mean pad\?/s],
    ['pad=zeros pad=zeros', /given twice/],
    ['p=1', /p \(padding\) takes whole numbers, without a space or =/],
  ])('%s', (text, message) => {
    expect(errorOf(() => read(text)).message).toMatch(message)
  })
})
