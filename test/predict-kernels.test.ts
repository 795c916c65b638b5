// The kernels for pages that only predict have all that a plan of scores may need, and none of training.

import { inflateSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { predicts } from '../scripts/kernel-variants.ts'
import { kernelModules as pageModules } from '../src/backends/wasm/gen/pageKernels.gen.ts'
import { kernelModules } from '../src/backends/wasm/gen/predictKernels.gen.ts'
import { scheduleOf } from '../src/backends/wasm/schedule.ts'
import { words } from '../src/layers/layers.ts'
import { parse } from '../src/notation/parse.ts'
import { plan } from '../src/plan/plan.ts'
import { zoo } from '../src/zoo/zoo.ts'

/** Each way to compute a layer that an option decides on. */
const notations = [
  'INPUT 12x12x4 -> AVGPOOL2 -> BN -> ADD(ID | CONV3-4) -> CONCAT(ID | CONV1-3) -> WIDEN-9 -> GAP -> DROPOUT 0.5 -> FC-5',
  'INPUT 33x33x4 -> CONV3-4 g4 -> CONV3-8 g2 d2 -> CONV5-8 s2 -> POOL3 s2 ceil -> AVGPOOL3 s2 countpad -> BN -> FC-3 -> SOFTMAX',
  'INPUT 17x17x8 -> CONV3-8 g8 d2 -> BN -> RELU -> CONV5-8 g8 s3 nobias -> BN -> TANH -> CONV1-16 -> BN -> RELU6 -> FC-3',
  'INPUT 12x12x4 -> GN g2 -> LRN -> LN -> LRN3 map beta=0.5 -> LN volume -> L2POOL2 -> LCN3 -> IN noshift -> GMP -> BN noscale noshift',
  'INPUT 12x12x4 -> ADD(ID | CONV3-4) -> RELU -> CONV7x3-16 -> LRELU 0.1 -> SIGMOID -> GELU -> RELU6 -> RELU -> FC-9',
  'INPUT 9x9x4 -> MULTIPLY(ID | GAP -> CONV1-4 -> HARDSIGMOID) -> MULTIPLY(ID | TANH) -> HARDSWISH -> SILU -> MISH -> GELU approx=tanh -> FC-9',
  'INPUT 9x9x4 -> ELU -> SELU -> CELU -> SOFTPLUS -> SOFTSIGN -> PRELU -> PRELU shared -> MAXOUT2 -> SCALE 0.5 -> SCALE 1 learned -> DROPPATH 0.1 -> FC-9',
  'INPUT 9x9x8 -> CONCAT(SLICE-4 | SLICE-4 from4) -> SHUFFLE g2 -> PAD p1 reflect -> CROP to9 -> UPSAMPLE2 bilinear -> PIXELUNSHUFFLE2 -> PIXELSHUFFLE2 -> FLATTEN -> RESHAPE 18x18x8',
  'INPUT 5x5x8 -> TCONV4-16 s2 -> TCONV4-16 s2 g16 nobias -> TCONV3-8 nobias -> LOCAL3-4 -> FLATTEN -> TCONV3-9 p0 nobias -> LOSS huber',
]
const networks = [...zoo.names.map((name) => zoo.network(name)), ...notations.map((text) => parse(text))]

function exportsOf(modules: typeof kernelModules): readonly string[] {
  const embedded = modules['relaxed-shared']
  if (embedded === undefined || !('deflated' in embedded)) throw new Error('the first module is to be compressed')
  const wasm = inflateSync(Buffer.from(embedded.deflated, 'base64'))
  return WebAssembly.Module.exports(new WebAssembly.Module(new Uint8Array(wasm))).map(({ name }) => name)
}

describe('the kernels for pages that only predict', () => {
  const names = new Set(exportsOf(kernelModules))

  it('are those of all pages, without the training’s', () => {
    const all = exportsOf(pageModules)
    expect([...names].toSorted()).toEqual(all.filter(predicts).toSorted())
    expect(all.filter((name) => !names.has(name)).length).toBeGreaterThan(20)
  })

  it('compute the scores of every kind of layer', () => {
    const used = new Set<string>()
    const types = new Set<string>()
    for (const network of networks) {
      for (const { type } of network.nodes) types.add(type)
      for (const batch of [1, 2, 32])
        for (const exact of [false, true])
          for (const threads of [1, 4])
            for (const { kernel } of scheduleOf(plan(network, { batch, exact, threads })).calls) used.add(kernel)
    }
    expect(types.size).toBe(words.length)
    expect(used.size).toBeGreaterThan(20)
    expect([...used].filter((kernel) => !names.has(kernel))).toEqual([])
  })
})
