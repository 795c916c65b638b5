/**
 * A NaN is never hidden: where one value of an input is NaN, every result that the reference calls NaN is NaN on the kernels,
 * too. WebAssembly's pmax and pmin, of which ReLUs, clamps and max pooling are made, keep a NaN of their first operand only.
 * Kernels may give more NaNs than the reference: some multiply padding's zeros, and Winograd's method mixes a tile's values.
 */

import { describe, expect, it } from 'vitest'
import { Random } from '../core/random.ts'
import { sizeOf } from '../core/shapes.ts'
import { Model } from '../model/model.ts'
import { parse } from '../notation/parse.ts'
import { cases as add } from './add/cases.ts'
import { cases as batchNorm } from './batchNorm/cases.ts'
import type { OpCase } from './cases.ts'
import { cases as channels } from './channels/cases.ts'
import { cases as clip } from './clip/cases.ts'
import { cases as conv2d } from './conv2d/cases.ts'
import { cases as transposed } from './conv2d/transposed/cases.ts'
import { cases as crossEntropy } from './crossEntropy/cases.ts'
import { cases as distance } from './distance/cases.ts'
import { cases as dropout } from './dropout/cases.ts'
import { cases as groupNorm } from './groupNorm/cases.ts'
import { cases as guard } from './guard/cases.ts'
import { cases as hinge } from './hinge/cases.ts'
import { cases as layerNorm } from './layerNorm/cases.ts'
import { cases as local } from './local/cases.ts'
import { cases as localResponse } from './localResponse/cases.ts'
import { cases as maxout } from './maxout/cases.ts'
import { cases as multiply } from './multiply/cases.ts'
import { ops } from './ops.ts'
import { cases as accumulate } from './optimizer/accumulate/cases.ts'
import { cases as average } from './optimizer/average/cases.ts'
import { cases as optimizer } from './optimizer/cases.ts'
import { cases as muon } from './optimizer/muon/cases.ts'
import { cases as permute } from './permute/cases.ts'
import { cases as pointwise } from './pointwise/cases.ts'
import { cases as pool } from './pool/cases.ts'
import { cases as prelu } from './prelu/cases.ts'
import { cases as resample } from './resample/cases.ts'
import { cases as sigmoidCrossEntropy } from './sigmoidCrossEntropy/cases.ts'
import { cases as softmax } from './softmax/cases.ts'
import { drawArrays, runReference } from './testing/arrays.ts'
import { runWasm, type TestedModule, testedModules } from './testing/harness.ts'

/** Small ones: for each of them the reference runs some ten times. */
const all = [
  add,
  batchNorm,
  channels,
  clip,
  conv2d,
  crossEntropy,
  distance,
  dropout,
  groupNorm,
  guard,
  hinge,
  layerNorm,
  local,
  localResponse,
  maxout,
  multiply,
  optimizer,
  muon,
  average,
  accumulate,
  permute,
  pointwise,
  pool,
  prelu,
  resample,
  sigmoidCrossEntropy,
  softmax,
  transposed,
].flat()
const rows = all.filter((row) => row.inputs.every((spec) => sizeOf(spec.shape) <= 6000))
// A guard's purpose is to see a NaN and leave the weights alone.
const kinds = [...new Set(rows.map((row) => row.op.kind))].filter((kind) => kind !== 'loss.guard')

it('every op has cases, by which its reference and its kernels are compared, in place too', () => {
  const covered = new Set(all.map((row) => row.op.kind))
  expect(Object.keys(ops).filter((kind) => !covered.has(kind))).toEqual([])
})

function checkRow(row: OpCase, module: TestedModule): void {
  const random = Random.seeded(1, 'nan', row.name)
  const drawn = drawArrays(row, 1)
  row.inputs.forEach((spec, input) => {
    if (spec.dtype === 'i32') return
    const size = sizeOf(spec.shape)
    for (const at of new Set([0, random.integer(size), size - 1])) {
      const inputs = drawn.inputs.map((array) => array.slice())
      ;(inputs[input] as Float64Array)[at] = Number.NaN
      const arrays = { ...drawn, inputs }
      const expected = runReference(row, arrays)
      const actual = runWasm(row, arrays, { module })
      for (const kind of ['outputs', 'updates'] as const)
        expected[kind].forEach((values, i) => {
          const hidden = values.findIndex((value, k) => Number.isNaN(value) && !Number.isNaN(actual[kind][i]?.[k]))
          expect(hidden, `${row.name}: NaN at ${at} of input ${input}, hidden in ${kind} ${i}`).toBe(-1)
        })
    }
  })
}

describe.each(testedModules)('one NaN on %s', (module) => {
  it.each(kinds)('is not hidden by %s', (kind) => {
    for (const row of rows) if (row.op.kind === kind) checkRow(row, module)
  })
})

describe.each(['wasm', 'reference'] as const)('one NaN in a picture on %s', (backend) => {
  it('reaches the scores from any pixel', async () => {
    for (const layer of ['POOL2', 'POOL3 s1', 'RELU -> POOL2', 'CONV3-3 -> RELU6 -> POOL2', 'ADD(ID | RELU) -> RELU']) {
      await using model = await Model.create(parse(`INPUT 4x4x1 -> ${layer} -> FC-2`), { backend, threads: 1 })
      // `predict` itself refuses a NaN.
      const program = await model.bind({ batch: 1 })
      const { ports } = program.plan
      for (let at = 0; at < 16; at++) {
        const picture = new Float32Array(16).fill(1)
        picture[at] = Number.NaN
        program.write(ports.pictures, picture)
        await program.run({ section: 'scores' })
        expect([...(await program.read(ports.output))], `${layer}, pixel ${at}`).toEqual([Number.NaN, Number.NaN])
      }
      await program.dispose()
    }
  })
})
