/** Names of buffers: unique, and true. */

import { describe, expect, it } from 'vitest'
import { parse } from '../notation/parse.ts'
import { zoo } from '../zoo/zoo.ts'
import { type PlanOptions, plan } from './index.ts'

const options: readonly PlanOptions[] = [
  { batch: 2 },
  { batch: 2, mode: 'training', optimizer: 'adam' },
  { batch: 2, mode: 'training', optimizer: 'momentum', clipNorm: 1 },
  { batch: 2, goal: { kind: 'gradients', to: ['weights', 'pictures'], statistics: 'tracked' } },
]

describe('names of buffers', () => {
  it.each(zoo.names)('are unique in every plan of %s', (name) => {
    for (const each of options) {
      const names = plan(zoo.network(name), each).buffers.map((buffer) => buffer.name)
      expect(names.filter((one, index) => names.indexOf(one) !== index)).toEqual([])
    }
  })

  it('stay unique beside layers whose names look like them', () => {
    const network = parse('INPUT 4x4x1 -> conv1.gradient: CONV3-2 -> conv1: CONV3-2 -> conv1.conv2d: CONV3-2 -> FC-2')
    const names = plan(network, { mode: 'training' }).buffers.map((buffer) => buffer.name)
    expect(new Set(names).size).toBe(names.length)
  })

  it('say of which value a gradient is: as large as it, and read where it is written', () => {
    const made = plan(zoo.network('resnet20'), { batch: 2, mode: 'training' })
    const byName = new Map(made.buffers.map((buffer) => [buffer.name, buffer]))
    const gradients = made.buffers.filter(({ name }) => name.endsWith('.gradient'))
    expect(gradients.length).toBeGreaterThan(100)
    for (const { name, bytes } of gradients) {
      const of = byName.get(name.slice(0, -'.gradient'.length))
      if (of !== undefined) expect(bytes, name).toBe(of.bytes)
    }
    // What flows into fc1 is the mean of the map; its gradient comes out of fc1's backward step.
    const step = made.steps.find(({ node, kind }) => node === 'fc1' && kind === 'conv2d.inputGradient')
    expect(made.buffers[step?.outputs[0] as number]?.name).toBe('gap1.gradient')
  })
})
