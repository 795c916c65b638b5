/** Published networks, layer by layer, against ../shared/facts/torchvision-networks.json where that folder is present. */

import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { cost } from '../src/plan/cost.ts'
import { zoo } from '../src/zoo/zoo.ts'

const path = new URL('../../shared/facts/torchvision-networks.json', import.meta.url)
const present = existsSync(path)

/** [name, kind, shape in NCHW without N, parameters, MACs] */
type Row = readonly [string, string, readonly number[], number, number]
type Published = Readonly<
  Record<string, { parameters: number; parametersUsedAtInference: number; macs: number; layers: readonly Row[] }>
>

/** Ours and theirs, of every network that torchvision also has. */
const pairs = zoo.names.flatMap((name) => {
  const theirs = zoo.entry(name).pytorch?.torchvision?.name
  return theirs === undefined ? [] : [{ name, theirs }]
})

/** ConvNeXt turns its maps to NHWC for these modules. A single position is its channels. */
function inChannelsFirst(kind: string, shape: readonly number[]): readonly number[] {
  if (shape.slice(1).every((side) => side === 1)) return shape.slice(0, 1)
  const [height, width, channels] = shape
  const isTurned = (kind === 'Linear' || kind === 'LayerNorm') && channels !== undefined
  return isTurned ? [channels, height as number, width as number] : shape
}

describe.skipIf(!present)('published networks (skipped where ../shared/facts is absent)', () => {
  const published = (present ? JSON.parse(readFileSync(path, 'utf8')) : {}) as Published

  it('are all in the zoo', () => {
    const ours = new Set(pairs.map(({ theirs }) => theirs))
    expect(Object.keys(published).filter((name) => !ours.has(name))).toEqual([])
  })

  it.each(pairs.filter(({ theirs }) => Object.hasOwn(published, theirs)))('$name', ({ name, theirs }) => {
    const expected = published[theirs]
    if (expected === undefined) throw new Error(`${theirs} is not among the published networks`)
    const { layers, totals } = cost(zoo.network(name))
    expect(totals.macs).toBe(expected.macs)
    expect(totals.training.parameters).toBe(expected.parameters)
    // There, the scale of a ConvNeXt block is no module, and is not counted as used.
    const scales = layers.reduce((sum, { type, parameters }) => sum + (type === 'scale' ? parameters : 0), 0)
    expect(totals.parameters - scales).toBe(expected.parametersUsedAtInference ?? expected.parameters)
    // Layers without weights are functions there as often as modules.
    const ours = layers
      .filter(({ type, parameters, trainingOnly }) => parameters > 0 && type !== 'scale' && !trainingOnly)
      .map(({ output: { height, width, channels }, parameters, macs }) => ({
        shape: height === 1 && width === 1 ? [channels] : [channels, height, width],
        parameters,
        macs,
      }))
    const rows = expected.layers
      .filter(([, , , parameters]) => parameters > 0)
      .map(([, kind, shape, parameters, macs]) => ({ shape: inChannelsFirst(kind, shape), parameters, macs }))
    expect(ours).toEqual(rows)
  })
})
