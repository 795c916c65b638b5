// Networks fitted to other classes and other pictures: what changes, what stays, what is refused.

import { describe, expect, it } from 'vitest'
import { parse } from '../notation/parse.ts'
import { print } from '../notation/print.ts'
import { zoo } from '../zoo/zoo.ts'
import { NetworkError, SizeError } from './errors.ts'
import { auxiliaryHeadsOf, fitHead, headOf } from './fitHead.ts'
import { fitInput } from './fitInput.ts'
import { inferVolumes } from './volumes.ts'

const outputOf = (text: ReturnType<typeof parse>) => inferVolumes(text).at(-1)?.output

describe('the head', () => {
  it.each([
    ['INPUT 8x8x1 -> FC-10', 'INPUT 8x8x1 -> FC-4'],
    [
      'INPUT 8x8x1 -> FC-16 -> RELU -> FC-10 nobias -> SOFTMAX',
      'INPUT 8x8x1 -> FC-16 -> RELU -> FC-4 nobias -> SOFTMAX',
    ],
    ['INPUT 8x8x3 -> CONV1-10 -> GAP -> SOFTMAX', 'INPUT 8x8x3 -> CONV1-4 -> GAP -> SOFTMAX'],
    ['INPUT 8x8x3 -> CONV3-10 s2 -> BN -> RELU -> GAP', 'INPUT 8x8x3 -> CONV3-4 s2 -> BN -> RELU -> GAP'],
    ['INPUT 8x8x3 -> scores: FC-10', 'INPUT 8x8x3 -> scores: FC-4'],
  ])('%s', (before, after) => {
    expect(print(fitHead(parse(before), 4))).toBe(print(parse(after)))
  })

  it.each(zoo.names)('of %s, for 1, 4 and 70 classes; nothing else changes', (name) => {
    const network = zoo.network(name)
    for (const classes of [1, 4, 70]) {
      const fitted = fitHead(network, classes)
      expect(outputOf(fitted)).toEqual({ height: 1, width: 1, channels: classes })
      const changed = fitted.nodes.filter((node, index) => {
        const before = network.nodes[index]
        return JSON.stringify(node) !== JSON.stringify(before)
      })
      expect(changed.map((node) => node.name)).toEqual([
        ...auxiliaryHeadsOf(network).map((each) => each.name),
        headOf(network)?.name,
      ])
    }
  })

  it('is the same network where nothing has to change', () => {
    const network = zoo.network('lenet5')
    expect(fitHead(network, 10)).toBe(network)
  })

  it.each([
    ['INPUT 8x8x3 -> ADD(CONV3-8 | CONV1-8) -> GAP'],
    ['INPUT 8x8x3 -> CONCAT(CONV3-8 | CONV1-8) -> GAP -> SOFTMAX'],
    ['INPUT 8x8x3 -> GAP'],
    ['INPUT 8x8x3 -> CONV3-8 -> RELU'],
    ['INPUT 8x8x3 -> CONV3-8 -> GAP -> WIDEN-10'],
  ])('is refused where no count decides the scores: %s', (text) => {
    expect(() => fitHead(parse(text), 4)).toThrow(NetworkError)
    expect(() => fitHead(parse(text), 4)).toThrow(/end the network with FC-4/)
  })
})

describe('the input', () => {
  it('takes another size and other channels', () => {
    const fitted = fitInput(zoo.network('lenet5'), { height: 48, width: 64, channels: 3 })
    expect(inferVolumes(fitted)[0]?.output).toEqual({ height: 48, width: 64, channels: 3 })
    expect(outputOf(fitted)).toEqual({ height: 1, width: 1, channels: 10 })
  })

  it('that is too small names the layer and the smallest size, which works', () => {
    const network = zoo.network('vgg16')
    const sized = (height: number, width: number) => () => fitInput(network, { height, width, channels: 3 })
    // Five poolings of 2: 31 pixels leave 1 after four, and half of that is none.
    expect(sized(31, 31)).toThrow(SizeError)
    expect(sized(31, 31)).toThrow(/^pool5: .*31×31×3[\s\S]*at least 32×32×3/)
    expect(sized(32, 32)).not.toThrow()
    expect(sized(16, 32)).toThrow(/at least 32×64×3/)
    expect(sized(32, 64)).not.toThrow()
  })

  it('whose channels no layer takes is refused without a size, since none would help', () => {
    const network = parse('INPUT 8x8x4 -> CONV3-8 g4 -> GAP -> FC-2')
    const fit = () => fitInput(network, { height: 8, width: 8, channels: 3 })
    expect(fit).toThrow(SizeError)
    expect(fit).not.toThrow(/at least/)
  })
})

it('a layer that takes no other number of channels leaves no head before it', () => {
  for (const text of ['INPUT 2x2x3 -> FC-6 -> RESHAPE 1x1x6', 'INPUT 2x2x3 -> FC-8 -> RESHAPE 2x4x1'])
    expect(headOf(parse(text))).toBeUndefined()
})
