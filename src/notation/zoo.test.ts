// The zoo's networks print as people wrote them: with the same groups, and shorter where a person missed one.

import { expect, it } from 'vitest'
import { zoo } from '../zoo/zoo.ts'
import { parse, print } from './index.ts'

const missed: Readonly<Record<string, string>> = {
  // The file has its last two blocks one by one, as in the paper's table.
  vgg16: `INPUT 224x224x3 -> [CONV3-64 -> RELU]*2 -> POOL2 -> [CONV3-128 -> RELU]*2 -> POOL2
    -> [CONV3-256 -> RELU]*3 -> POOL2 -> [[CONV3-512 -> RELU]*3 -> POOL2]*2
    -> [FC-4096 -> RELU -> DROPOUT 0.5]*2 -> FC-1000`,
  airbench: `INPUT 32x32x3 -> CONV2-24 p0 -> GELU
    -> CONV3-64 nobias -> POOL2 -> BN -> GELU -> CONV3-64 nobias -> BN -> GELU
    -> [CONV3-256 nobias -> POOL2 -> BN -> GELU -> CONV3-256 nobias -> BN -> GELU]*2
    -> POOL3 -> FC-10 nobias`,
}

/** Written one by one; the groups are below. */
const unfolded = ['mobilenet-v2']

const oneLine = (text: string) => text.replace(/\s+/g, ' ')

it.each(zoo.names.filter((name) => !unfolded.includes(name)))('%s', (name) => {
  const text = print(zoo.network(name))
  expect(text).toBe(oneLine(missed[name] ?? zoo.entry(name).notation))
  expect(parse(text)).toEqual(zoo.network(name))
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
