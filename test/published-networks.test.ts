/** Published networks, layer by layer, against ../shared/facts/torchvision-networks.json where that folder is present. */

import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { cost } from '../src/plan/index.ts'
import { zoo } from '../src/zoo/index.ts'

const path = new URL('../../shared/facts/torchvision-networks.json', import.meta.url)
const present = existsSync(path)

/** [name, kind, shape in NCHW without N, parameters, MACs] */
type Row = readonly [string, string, readonly number[], number, number]
type Published = Readonly<Record<string, { parameters: number; macs: number; layers: readonly Row[] }>>

/** Torchvision's pooling to a fixed size does nothing at the size the network was made for. */
const identities = new Set(['AdaptiveAvgPool2d'])

describe.skipIf(!present)('published networks (skipped where ../shared/facts is absent)', () => {
  const published = (present ? JSON.parse(readFileSync(path, 'utf8')) : {}) as Published

  it.each(['vgg16'])('%s', (name) => {
    const expected = published[name]
    if (expected === undefined) throw new Error(`${name} is not among the published networks`)
    const { layers, totals } = cost(zoo.network(name))
    expect(totals.parameters).toBe(expected.parameters)
    expect(totals.macs).toBe(expected.macs)
    const ours = layers.slice(1).map(({ output: { height, width, channels }, parameters, macs }) => ({
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
