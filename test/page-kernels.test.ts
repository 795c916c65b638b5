// Which kernels a page has at first, and which a plan makes it load.

import { describe, expect, it } from 'vitest'
import { type KernelSet, kernelSets, setOf } from '../scripts/kernel-variants.ts'
import { kernelModules as all } from '../src/backends/wasm/gen/kernels.gen.ts'
import type { EmbeddedModules } from '../src/backends/wasm/gen/modules.gen.ts'
import { kernelModules as core, kernelFiles } from '../src/backends/wasm/gen/pageKernels.gen.ts'
import { kernelModules as rare } from '../src/backends/wasm/gen/rareKernels.gen.ts'
import { kernelModules as training } from '../src/backends/wasm/gen/trainingKernels.gen.ts'
import { kernelModuleBytes } from '../src/backends/wasm/modules.ts'
import { scheduleOf } from '../src/backends/wasm/schedule.ts'
import { words } from '../src/layers/layers.ts'
import type { Network } from '../src/network/network.ts'
import { parse } from '../src/notation/parse.ts'
import { plan } from '../src/plan/plan.ts'
import type { PlanOptions } from '../src/plan/types.ts'
import { zoo } from '../src/zoo/zoo.ts'
import { notations } from './page-networks.ts'

const sets: Readonly<Record<KernelSet, EmbeddedModules>> = { core, training, rare }
const names = ['relaxed-shared', 'relaxed-single', 'plain-shared', 'plain-single'] as const

const exportsOf = (modules: EmbeddedModules, name: (typeof names)[number]): readonly string[] =>
  WebAssembly.Module.exports(new WebAssembly.Module(kernelModuleBytes(name, modules))).map((entry) => entry.name)

/** Names of the files that the calls of a plan make a page load. */
function filesFor(network: Network, options: PlanOptions): readonly string[] {
  const { calls } = scheduleOf(plan(network, options))
  const files = calls.map(({ kernel }) => kernelFiles.find(({ kernels }) => kernels.test(kernel))?.name)
  return [...new Set(files)].filter((name) => name !== undefined).toSorted()
}

const zooNetworks = zoo.names.map((name) => zoo.network(name))
const everything = [...zooNetworks, ...notations.map((text) => parse(text))]

describe('the kernels for pages', () => {
  it.each(names)('are those for Node, each in one set: %s', (name) => {
    const found = Object.entries(sets).map(([set, modules]) => [set, exportsOf(modules, name)] as const)
    expect(found.flatMap(([, kernels]) => kernels).toSorted()).toEqual(exportsOf(all, name).toSorted())
    for (const [set, kernels] of found) {
      expect(kernels.filter((kernel) => setOf(kernel) !== set)).toEqual([])
      expect(kernels.length).toBeGreaterThan(20)
    }
  })

  it('are looked for where the build has put them', () => {
    expect(kernelFiles.map(({ name, kernels }) => [name, String(kernels)])).toEqual(
      Object.entries(kernelSets)
        .filter(([set]) => set !== 'core')
        .map(([set, kernels]) => [`lenslet.${set}.js`, String(kernels)]),
    )
    expect(
      exportsOf(core, 'relaxed-shared').filter((name) => kernelFiles.some((file) => file.kernels.test(name))),
    ).toEqual([])
  })

  it('compute the scores of every kind of layer without those of trainings', () => {
    const used = new Set<string>()
    const types = new Set<string>()
    for (const network of everything) {
      for (const { type } of network.nodes) types.add(type)
      for (const batch of [1, 2, 32])
        for (const exact of [false, true])
          for (const threads of [1, 4]) for (const file of filesFor(network, { batch, exact, threads })) used.add(file)
    }
    expect(types.size).toBe(words.length)
    expect([...used]).toEqual(['lenslet.rare.js'])
  })

  it.each(['lenet5', 'alexnet', 'vgg16', 'resnet18', 'resnet50', 'mobilenet-v2', 'mobilenet-v3-small', 'densenet121'])(
    'that come at first are enough for the scores of %s, and with those of trainings for its training',
    (name) => {
      const network = zoo.network(name)
      expect(filesFor(network, { batch: 1 })).toEqual([])
      for (const optimizer of ['sgd', 'momentum', 'adam'] as const) {
        expect(filesFor(network, { batch: 2, mode: 'training', optimizer, clipNorm: 1 })).toEqual([
          'lenslet.training.js',
        ])
      }
    },
  )
})
