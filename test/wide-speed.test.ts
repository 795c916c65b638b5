// The wide kernels stay twice as wide: one load or store in a wrong place, and V8 no longer joins a loop's operations,
// which nothing but their speed would show.

import { setFlagsFromString } from 'node:v8'
import { expect, it } from 'vitest'
import { Bench, type Sample, sample } from '../src/backends/wasm/bench.ts'
import { wideVerdict } from '../src/backends/wasm/wide.ts'
import { conv2d, conv2dFilterGradient, conv2dInputGradient } from '../src/ops/conv2d/op.ts'
import { f32 } from '../src/ops/specs.ts'
import { windowOn } from '../src/ops/window.ts'

/** 32 filters of 3×3×32 on two pictures of 8×8; a fully connected layer of as many weights where `dense`. */
function samplesOf(way: 'gemm' | 'winograd4', dense = false): readonly Sample[] {
  const [side, channels] = dense ? [1, 288] : [8, 32]
  const [kernel, pad] = dense ? [1, 0] : [3, 1]
  const window = windowOn(
    { kernel: [kernel, kernel], stride: [1, 1], padding: [pad, pad, pad, pad], dilation: [1, 1] },
    { height: side, width: side, channels },
  )
  const batch = dense ? 96 : 2
  const geometry = { window, channels, filters: 32, groups: 1 }
  const [x, w, y] = [f32(batch, side, side, channels), f32(kernel, kernel, channels, 32), f32(batch, side, side, 32)]
  return [
    sample(conv2d, { ...geometry, bias: true, activation: 'relu' }, [x, w, f32(32)], { way }),
    sample(conv2dInputGradient, geometry, [y, w], { way }),
    sample(conv2dFilterGradient, geometry, [x, y], { way }),
  ]
}

/** What the wide kernels gain at least, of 1.9, 1.5–1.8 and 1.6–1.75; the flag without wide tiles gives products 1.4. */
const rows = [
  ...samplesOf('gemm').map((each) => [`${each.op.kind}, a product`, each, 1.6] as const),
  ...samplesOf('gemm', true).map((each) => [`${each.op.kind}, fully connected`, each, 1.25] as const),
  ...samplesOf('winograd4').map((each) => [`${each.op.kind}, Winograd`, each, 1.35] as const),
]

it('makes of every pair of loads, sums and stores a single one', (context) => {
  // Optimized where it stands, so that the relaxed kernels are before the engine is asked for 256-bit operations.
  setFlagsFromString('--wasm-sync-tier-up')
  setFlagsFromString('--wasm-tiering-budget=1000')
  const relaxed = new Bench('relaxed-single')
  const time = (bench: Bench, each: Sample, rounds: number) => {
    const { run } = bench.place(each)
    let least = Number.POSITIVE_INFINITY
    for (let i = 0; i < rounds; i++) {
      const began = performance.now()
      run()
      least = Math.min(least, performance.now() - began)
    }
    return least
  }
  for (const [, each] of rows) time(relaxed, each, 20)
  if (wideVerdict(true)?.ok !== true) context.skip('this engine makes no 256-bit operations')
  setFlagsFromString('--wasm-sync-tier-up')
  const wide = new Bench('wide-single')
  const gains = rows.map(([name, each, least]) => {
    const turns = Array.from({ length: 6 }, () => [time(relaxed, each, 30), time(wide, each, 30)] as const)
    const gain = Math.min(...turns.map(([time]) => time)) / Math.min(...turns.map(([, time]) => time))
    return { name, gain: Number(gain.toFixed(2)), least }
  })
  expect(gains.filter(({ gain, least }) => gain < least)).toEqual([])
})
