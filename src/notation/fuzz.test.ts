// For every text, `parse` gives a network that prints and reads back, or throws one of our own errors.

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { LensletError } from '../core/errors.ts'
import type { Network } from '../network/network.ts'
import { parse, print } from './index.ts'

function survives(text: string): void {
  let network: Network
  try {
    network = parse(text, { bindings: { N: 2 } })
  } catch (error) {
    if (!(error instanceof LensletError)) throw error
    expect(error.message).not.toBe('')
    return
  }
  expect(parse(print(network))).toEqual(network)
}

const good = [
  'INPUT 32x32x3 -> [CONV3-32 -> RELU -> CONV3-32 -> RELU -> POOL2]*2 -> FC-128 -> RELU -> DROPOUT 0.5 -> FC-10',
  'INPUT: [16x16x4]\n-> ADD(ID | conv1_1: CONV3-4 s1 p1 -> BN -> RELU) # block\r\n-> CONCAT(CONV1-2 | | AVGPOOL3 s1 p1) -> GAP -> SOFTMAX',
  'INPUT 9×9×2 → CONV3x5-6 s2x1 p0,0,1,1 d2 g2 nobias → [[LRELU 0.2]*N]*2 → POOL3 s2 ceil // end',
]
const pieces = (
  'INPUT 8x8x4|INPUT|: [8x8x4]|CONV|CONV3-4|CONV1-2|3-4|RELU|POOL2|FC-3|FC|BN|LRN|DROPOUT|0.5|-1|1e99|ADD(|CONCAT(|ID|a:|b: |->| -> | -> | -> | -> |→|' +
  '[|]|]*2|]*N|]*0|]*99999|(|)|PIPE|*|?|s2|p0|p0,0,1,1|d9|eps=1e-3|eps=|EPS=2|momentum|=0.5|=|BN eps=0.1|ceil|nobias|x|×|-|#|//|\n|\r|,|__proto__|constructor|toString: |𝒜|é'
)
  .split('|')
  .map((piece) => (piece === 'PIPE' ? '|' : piece))

it('random characters', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
      survives(text)
      survives(`INPUT 8x8x4 -> ${text}`)
    }),
    { numRuns: 500 },
  )
})

it('random pieces of the notation', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 20 }), fc.constantFrom('', ' '), (soup, glue) => {
      survives(`INPUT 8x8x4 -> ${soup.join(glue)}`)
      survives(soup.join(glue))
    }),
    { numRuns: 1500 },
  )
})

it('layers in a row, some of them odd', () => {
  const units = [
    'RELU',
    'CONV3-4',
    'conv1: CONV1-2',
    'a: BN',
    'BN momentum=0.5',
    '[BN eps=1e-3 -> RELU]*2',
    '[b: RELU]*2',
    '[TANH]*N',
    'ADD(ID|RELU)',
    'CONCAT(||c: GAP)',
  ]
  const odd = [
    'ADD(ID)',
    'ID',
    '[ID]',
    'FC-3',
    'POOL2',
    '[POOL2 -> RELU]*9',
    'relu2: DROPOUT .1',
    '[RELU]*0',
    'LRELU -1',
    'CONV3-4 s9',
    'BN eps=0',
    'BN eps = 1',
  ]
  const unit = fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...units) }, fc.constantFrom(...odd))
  const arrow = fc.constantFrom('->', ' → ', '\n->\n', ' -># -> RELU\r\n')
  fc.assert(
    fc.property(fc.array(fc.tuple(arrow, unit), { maxLength: 6 }), (row) => {
      survives(`INPUT 8x8x4${row.flat().join('')}`)
    }),
    { numRuns: 700 },
  )
})

it('good texts with faults', () => {
  const fault = fc.record({
    at: fc.nat(200),
    cut: fc.nat(5),
    put: fc.oneof(fc.constantFrom('', ...pieces), fc.string({ maxLength: 3 })),
  })
  fc.assert(
    fc.property(fc.constantFrom(...good), fc.array(fault, { minLength: 1, maxLength: 3 }), (text, faults) => {
      survives(
        faults.reduce((sum, { at, cut, put }) => {
          const place = at % (sum.length + 1)
          return sum.slice(0, place) + put + sum.slice(place + cut)
        }, text),
      )
    }),
    { numRuns: 1500 },
  )
})

it('the good texts are good', () => {
  for (const text of good) expect(parse(text, { bindings: { N: 2 } }).nodes.length).toBeGreaterThan(5)
})
