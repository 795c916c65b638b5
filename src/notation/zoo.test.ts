// The zoo's networks print as people wrote them: with the same groups, and shorter where a person missed one.

import { expect, it } from 'vitest'
import { zoo } from '../zoo/zoo.ts'
import { parse, print } from './index.ts'

const oneLine = (text: string) => text.replace(/\s+/g, ' ')

/** Written with the groups that `print` finds. */
const folded = [
  'lenet5',
  'cifar-small',
  'resnet20',
  'resnet110',
  'resnet18',
  'resnet50',
  'resnext50-32x4d',
  'densenet121',
]

it.each(folded)('%s', (name) => {
  expect(print(zoo.network(name))).toBe(oneLine(zoo.entry(name).notation))
})

it.each(zoo.names)('%s, in no more characters than its file, as the same network', (name) => {
  const text = print(zoo.network(name))
  // Numbers are written out: 1e-6 is 0.000001.
  const written = oneLine(zoo.entry(name).notation.replaceAll('1e-6', '0.000001'))
  expect(text.length).toBeLessThanOrEqual(written.length)
  expect(parse(text)).toEqual(zoo.network(name))
})

it('vgg16: its file has the last two blocks one by one, as in the table of the paper', () => {
  expect(print(zoo.network('vgg16'))).toBe(
    oneLine(`INPUT 224x224x3 -> [CONV3-64 -> RELU]*2 -> POOL2 -> [CONV3-128 -> RELU]*2 -> POOL2
    -> [CONV3-256 -> RELU]*3 -> POOL2 -> [[CONV3-512 -> RELU]*3 -> POOL2]*2
    -> [FC-4096 -> RELU -> DROPOUT 0.5]*2 -> FC-1000`),
  )
})

it('resnet20, in full', () => {
  const block = (filters: number) =>
    `[ADD(ID | CONV3-${filters} nobias -> BN -> RELU -> CONV3-${filters} nobias -> BN) -> RELU]`
  expect(print(zoo.network('resnet20'))).toBe(
    oneLine(`INPUT 32x32x3 -> CONV3-16 nobias -> BN -> RELU -> ${block(16)}*3
    -> ADD(POOL1 s2 -> WIDEN-32 | CONV3-32 s2 nobias -> BN -> RELU -> CONV3-32 nobias -> BN) -> RELU -> ${block(32)}*2
    -> ADD(POOL1 s2 -> WIDEN-64 | CONV3-64 s2 nobias -> BN -> RELU -> CONV3-64 nobias -> BN) -> RELU -> ${block(64)}*2
    -> GAP -> FC-10`),
  )
})

it('mobilenet-v2; its file lists the blocks one by one', () => {
  const text = print(zoo.network('mobilenet-v2'))
  const groups = text.match(/\[.*?\]\*\d/g)
  const block = (outside: number, times: number) => {
    const inside = 6 * outside
    const path = `CONV1-${inside} nobias -> BN -> RELU6 -> CONV3-${inside} g${inside} nobias -> BN -> RELU6`
    return `[ADD(${path} -> CONV1-${outside} nobias -> BN | ID)]*${times}`
  }
  expect(groups).toEqual([block(32, 2), block(64, 3), block(96, 2), block(160, 2)])
  expect(parse(text)).toEqual(zoo.network('mobilenet-v2'))
})
