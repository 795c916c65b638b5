/** What a network says about its training: the loss, auxiliary heads, and what scores need. */

import { describe, expect, it } from 'vitest'
import { parse } from '../notation/parse.ts'
import { print } from '../notation/print.ts'
import { cost } from '../plan/cost.ts'
import { NetworkError } from './errors.ts'
import { fitHead } from './fitHead.ts'
import { fitInput } from './fitInput.ts'
import { networkFromJson, networkToJson } from './json.ts'
import { auxiliaryHeads, lossOf, outputNode, withoutHeads } from './training.ts'
import { inferVolumes } from './volumes.ts'

const text =
  'INPUT 8x8x1 -> CONV3-4 -> AUX 0.3 (GAP -> FC-3) -> CONCAT(ID | AUX 0.5 (FC-3) -> CONV1-2) -> FC-3 -> SOFTMAX -> LOSS cross-entropy smoothing=0.1'

it.each([
  text,
  'INPUT 8x8x1 -> FC-3 -> LOSS hinge',
  'INPUT 8x8x1 -> FC-3 -> LOSS hinge margin=0.5 power=2',
  'INPUT 8x8x1 -> AUX 0.1 (RELU -> AUX 1 (FC-2) -> FC-2) -> FC-2 -> LOSS huber delta=2',
  'INPUT 8x8x1 -> [CONV3-4 -> AUX 0.3 (FC-3)]*2 -> FC-3 -> LOSS squared-error',
])('%s: text and JSON give the same network', (notation) => {
  const network = parse(notation)
  expect(print(network)).toBe(notation)
  expect(networkFromJson(networkToJson(network))).toEqual(network)
})

it('a network says its loss, and without LOSS it is cross-entropy', () => {
  expect(lossOf(parse(text))).toEqual({ kind: 'cross-entropy', smoothing: 0.1 })
  expect(lossOf(parse('INPUT 8x8x1 -> FC-3 -> LOSS hinge'))).toEqual({ kind: 'hinge', margin: 1, power: 1 })
  expect(lossOf(parse('INPUT 8x8x1 -> FC-3'))).toEqual({ kind: 'cross-entropy', smoothing: 0 })
})

it('LOSS must be the last layer', () => {
  expect(() => parse('INPUT 8x8x1 -> LOSS hinge -> FC-3')).toThrow(NetworkError)
})

it('auxiliary heads name the branch and its weight', () => {
  expect(auxiliaryHeads(parse(text).nodes)).toEqual([
    { name: 'aux1', output: 'fc1', weight: 0.3 },
    { name: 'aux2', output: 'fc2', weight: 0.5 },
  ])
  expect(outputNode(parse(text)).name).toBe('softmax1')
})

it('scores need no branch of a head, but what is asked for', () => {
  const names = (also: readonly string[]) => withoutHeads(inferVolumes(parse(text)), also).map(({ node }) => node.name)
  expect(names([])).toEqual(['input1', 'conv1', 'aux1', 'aux2', 'conv2', 'concat1', 'fc3', 'softmax1', 'loss1'])
  expect(names(['gap1'])).toContain('gap1')
  expect(names(['gap1'])).not.toContain('fc1')
})

describe('JSON with an invalid LOSS is refused', () => {
  it.each([
    [{ kind: 'hinge', margin: 1 }],
    [{ kind: 'hinge', margin: 0, power: 1 }],
    [{ kind: 'hinge', margin: 1, power: 1, classWeights: [1, 2, 3] }],
    [{ kind: 'hinges' }],
    [{}],
  ])('%j', (attributes) => {
    const json = JSON.parse(networkToJson(parse('INPUT 8x8x1 -> FC-3 -> LOSS hinge')))
    json.nodes[2].attributes = attributes
    expect(() => networkFromJson(json)).toThrow(/invalid attributes of a loss layer/)
  })
})

it('a head changes neither the receptive field nor the volume', () => {
  const rows = cost(parse('INPUT 16x16x1 -> CONV3-4 -> AUX 0.3 (GAP -> FC-3) -> POOL2 -> CONV3-2')).layers
  const plain = cost(parse('INPUT 16x16x1 -> CONV3-4 -> POOL2 -> CONV3-2')).layers
  expect(rows.at(-1)?.receptiveField).toEqual(plain.at(-1)?.receptiveField)
  expect(rows.at(-1)?.output).toEqual(plain.at(-1)?.output)
})

describe('a network that is fitted', () => {
  const network = parse(
    'INPUT 32x32x3 -> CONV3-4 -> AUX 0.3 (AVGPOOL9 -> FC-8 -> RELU -> FC-10 -> SOFTMAX) -> POOL2 -> AUX 0.2 (GAP -> FC-10) -> FC-10 -> SOFTMAX -> LOSS hinge',
  )

  it('to other classes has heads of as many scores', () => {
    expect(print(fitHead(network, 4))).toBe(print(network).replaceAll('FC-10', 'FC-4'))
  })

  it('to small images keeps the heads that work on them', () => {
    expect(print(fitInput(network, { height: 9, width: 9, channels: 3 }))).toContain('AUX 0.3')
    expect(print(fitInput(network, { height: 8, width: 8, channels: 3 }))).toBe(
      'INPUT 8x8x3 -> CONV3-4 -> POOL2 -> aux2: AUX 0.2 (GAP -> fc3: FC-10) -> fc4: FC-10 -> softmax2: SOFTMAX -> LOSS hinge',
    )
  })
})
