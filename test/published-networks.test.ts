/** Published networks, layer by layer, against ../shared/facts/torchvision-networks.json where that folder is present. */

import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { cost } from '../src/plan/cost.ts'
import { zoo } from '../src/zoo/zoo.ts'

const path = new URL('../../shared/facts/torchvision-networks.json', import.meta.url)
const present = existsSync(path)

/** [name, kind, shape in NCHW without N, parameters, MACs] */
type Row = readonly [string, string, readonly number[], number, number]
type Published = Readonly<Record<string, { parameters: number; macs: number; layers: readonly Row[] }>>

/** What torchvision calls our networks. */
const names: Readonly<Record<string, string>> = {
  vgg16: 'vgg16',
  resnet18: 'resnet18',
  resnet50: 'resnet50',
  'mobilenet-v2': 'mobilenet_v2',
}

/** Sums and global means are functions there, not modules, and so not in the list. */
const functions = new Set(['add', 'gap'])

/** Torchvision's pooling to a fixed size does nothing at the size the network was made for. */
const identities = new Set(['AdaptiveAvgPool2d'])

describe.skipIf(!present)('published networks (skipped where ../shared/facts is absent)', () => {
  const published = (present ? JSON.parse(readFileSync(path, 'utf8')) : {}) as Published

  it.each(Object.entries(names))('%s', (name, theirName) => {
    const expected = published[theirName]
    if (expected === undefined) throw new Error(`${name} is not among the published networks`)
    const { layers, totals } = cost(zoo.network(name))
    expect(totals.parameters).toBe(expected.parameters)
    expect(totals.macs).toBe(expected.macs)
    const rows = layers.slice(1).filter(({ type }) => !functions.has(type))
    const ours = rows.map(({ output: { height, width, channels }, parameters, macs }) => ({
      shape: height === 1 && width === 1 ? [channels] : [channels, height, width],
      parameters,
      macs,
    }))
    const theirs = expected.layers
      .filter(([, kind]) => !identities.has(kind))
      .map(([, , shape, parameters, macs]) => ({ shape, parameters, macs }))
    expect(ours).toEqual(theirs)
  })
})
