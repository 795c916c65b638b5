/**
 * Memory-bound kernels against memcpy: GB/s of a single thread on layers of real networks. Bytes are the arrays a step
 * must read and write, each once; a step that reads an array twice (statistics, then normalizing) shows a lower figure.
 *
 *   node bench/kernels-elementwise.ts [relaxed-single | plain-single] [part of a name]
 */

import { readFileSync } from 'node:fs'
import { add } from '../src/ops/add/op.ts'
import { batchNorm, batchNormGradient, batchNormInference } from '../src/ops/batchNorm/op.ts'
import { type OpCase, opCase } from '../src/ops/cases.ts'
import { concat, slice, widen } from '../src/ops/channels/op.ts'
import { pointwise, pointwiseGradient } from '../src/ops/pointwise/op.ts'
import { inputShape, outputShape } from '../src/ops/pool/attributes.ts'
import { averagePool, averagePoolGradient, maxPool, maxPoolGradient } from '../src/ops/pool/op.ts'
import { f32 } from '../src/ops/specs.ts'
import type { ArraySpec } from '../src/ops/types.ts'
import { windowOn } from '../src/ops/window.ts'

const [moduleName = 'relaxed-single', filter = ''] = process.argv.slice(2)
const rounds = 15

function pools(
  name: string,
  x: readonly [number, number, number, number],
  side: number,
  stride: number,
  pad: number,
): OpCase[] {
  const [batch, height, width, channels] = x
  const window = windowOn(
    { kernel: [side, side], stride: [stride, stride], padding: [pad, pad, pad, pad], dilation: [1, 1] },
    { height, width, channels },
  )
  const attributes = { batch, window, channels }
  const [input, output] = [f32(...inputShape(attributes)), f32(...outputShape(attributes))]
  const shared = { name: `${name}, ${x.join('×')}`, attributes, terms: 1 }
  return [
    opCase({ ...shared, op: maxPool, inputs: [input] }),
    opCase({ ...shared, op: maxPoolGradient, inputs: [input, output] }),
    opCase({ ...shared, op: averagePool, inputs: [input] }),
    opCase({ ...shared, op: averagePoolGradient, inputs: [output] }),
  ]
}

function activation(name: 'relu' | 'sigmoid' | 'tanh', shape: readonly number[]): OpCase[] {
  const shared = { name: `${name}, ${shape.join('×')}`, attributes: { function: name }, terms: 1 }
  const x = f32(...shape)
  return [
    opCase({ ...shared, op: pointwise, inputs: [x] }),
    opCase({ ...shared, op: pointwiseGradient, inputs: [x, x] }),
  ]
}

function norms(rows: number, channels: number): OpCase[] {
  const attributes = { rows, channels, epsilon: 1e-5, activation: 'relu' } as const
  const [x, c] = [f32(rows, channels), f32(channels)]
  const shared = { name: `relu, ${rows}×${channels}`, terms: 1 }
  return [
    opCase({
      ...shared,
      op: batchNorm,
      attributes: { ...attributes, momentum: 0.1 },
      inputs: [x, c, c],
      updates: [c, c],
    }),
    opCase({ ...shared, op: batchNormGradient, attributes, inputs: [x, x, c, c, c, c] }),
    opCase({ ...shared, op: batchNormInference, attributes, inputs: [x, c, c, c, c] }),
  ]
}

const big = [128, 32, 32, 16] as const
const rows: readonly OpCase[] = [
  ...activation('relu', big),
  ...activation('sigmoid', big),
  ...activation('tanh', big),
  opCase({
    name: `relu, ${big.join('×')}`,
    op: add,
    attributes: { activation: 'relu' },
    inputs: [f32(...big), f32(...big)],
    terms: 1,
  }),
  ...norms(128 * 32 * 32, 16),
  ...norms(128 * 16 * 16, 32),
  ...norms(128 * 8 * 8, 64),
  ...norms(16 * 14 * 14, 512),
  ...norms(128 * 24 * 24, 20),
  ...pools('2×2 s2', [128, 32, 32, 32], 2, 2, 0),
  ...pools('2×2 s2', [128, 32, 32, 16], 2, 2, 0),
  ...pools('2×2 s2', [128, 28, 28, 6], 2, 2, 0),
  ...pools('3×3 s2 p1', [16, 112, 112, 64], 3, 2, 1),
  ...pools('3×3 s2', [32, 55, 55, 96], 3, 2, 0),
  ...pools('whole map', [128, 8, 8, 64], 8, 1, 0),
  ...pools('whole map', [32, 7, 7, 512], 7, 1, 0),
  opCase({
    name: '4 × 64 channels',
    op: concat,
    attributes: { rows: 16384, channels: [64, 128, 32, 32] },
    inputs: [f32(16384, 64), f32(16384, 128), f32(16384, 32), f32(16384, 32)],
    terms: 1,
  }),
  opCase({
    name: '16 of 32 channels',
    op: slice,
    attributes: { rows: 65536, channels: 32, from: 8, count: 16 },
    inputs: [f32(65536, 32)],
    terms: 1,
  }),
  opCase({
    name: '16 to 32 channels',
    op: widen,
    attributes: { rows: 65536, channels: 16, before: 8, after: 8 },
    inputs: [f32(65536, 16)],
    terms: 1,
  }),
]

const sizeOf = (spec: ArraySpec) => 4 * spec.shape.reduce((product, length) => product * length, 1)

const memory = new WebAssembly.Memory({ initial: 4096, maximum: 65536 })
const bytes = readFileSync(new URL(`../src/backends/wasm/gen/${moduleName}.wasm`, import.meta.url))
const instance = await WebAssembly.instantiate(await WebAssembly.compile(bytes), { env: { memory } })
const kernels = instance.exports as unknown as Record<string, (...args: number[]) => void>

/** Least milliseconds of each of two runs, taken in turns so that other work on the machine disturbs both alike. */
function timed(first: () => void, second: () => void): [number, number] {
  const least: [number, number] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
  for (let round = 0; round < rounds; round++)
    for (const [i, run] of [first, second].entries()) {
      const start = performance.now()
      run()
      least[i as 0 | 1] = Math.min(least[i as 0 | 1], performance.now() - start)
    }
  return least
}

/** The step, and a memcpy that moves as many bytes within the same memory. */
function measure(row: OpCase): { readonly ms: number; readonly copyMs: number; readonly moved: number } {
  const { op, attributes, inputs, updates = [] } = row
  const step = { attributes, inputs, outputs: op.outputs(attributes, inputs), updates }
  let end = 1024
  const place = (size: number): number => {
    const at = end
    end = Math.ceil((at + size) / 64) * 64 + 192
    if (end > memory.buffer.byteLength) memory.grow(Math.ceil((end - memory.buffer.byteLength) / 65536))
    return at
  }
  const put = (specs: readonly ArraySpec[]) => specs.map((spec) => place(sizeOf(spec)))
  const [ins, outs, ups] = [put(step.inputs), put(step.outputs), put(step.updates)]
  const { prepared = 0, shared = 0, perThread = 0 } = op.wasm.workspace?.(step) ?? {}
  const at = { inputs: ins, outputs: outs, updates: ups, prepared: place(prepared), shared: place(shared) }
  const scratch = place(perThread)
  const counter = new Int32Array(memory.buffer, 64, 1)
  const floats = new Float32Array(memory.buffer, 1024, (end - 1024) >> 2)
  for (let i = 0; i < floats.length; i++) floats[i] = ((i * 2654435761) >>> 8) / 2 ** 24 + 0.01
  const { prepare = [], run } = op.wasm.calls(step, at)
  const go = (calls: typeof run) => {
    for (const call of calls) {
      counter[0] = 0
      kernels[call.kernel]?.(...call.args, call.tiles, 64, scratch)
    }
  }
  go(prepare)
  const moved = [...step.inputs, ...step.outputs].reduce((sum, spec) => sum + sizeOf(spec), 0)
  const half = Math.floor(Math.min(moved, end - 1024) / 2)
  const all = new Uint8Array(memory.buffer)
  const [ms, copyMs] = timed(
    () => go(run),
    () => all.copyWithin(1024 + half, 1024, 1024 + half),
  )
  return { ms, copyMs, moved }
}

console.log(`${moduleName}: milliseconds, GB/s, and share of the speed of a memcpy that moves as many bytes`)
for (const row of rows) {
  if (!`${row.op.kind} ${row.name}`.includes(filter)) continue
  const { ms, copyMs, moved } = measure(row)
  const title = `${row.op.kind.padEnd(22)} ${row.name.padEnd(30)}`
  const speed = (moved / ms / 1e6).toFixed(1).padStart(6)
  console.log(`${title} ${ms.toFixed(3).padStart(8)} ms ${speed} GB/s ${(copyMs / ms).toFixed(2).padStart(6)}`)
}
