/**
 * Whether the wide kernels may be used: tiles of 16 columns, written so that V8 can make 256-bit operations of pairs of
 * ours. Only some engines do it, only when told to before they compile, and where they do not, these tiles are slower
 * than those of 8 columns. So nothing is taken on trust: the engine is asked, and then a few small steps must have the
 * bits of the relaxed kernels and a product of 16 columns must beat two of 8.
 */

import { platform } from '#platform'
import type { Random } from '../../core/random.ts'
import { conv2d, conv2dFilterGradient } from '../../ops/conv2d/op.ts'
import { pointwise } from '../../ops/pointwise/op.ts'
import { f32 } from '../../ops/specs.ts'
import { isWideAllowed } from './allowWide.ts'
import { Bench, type Sample, sample } from './bench.ts'
import { hasModule } from './modules.ts'
import { chooseThreads } from './threads.ts'

export interface WideVerdict {
  /** The engine was asked for 256-bit operations, and the results were those of the relaxed kernels. */
  readonly same: boolean
  /** Also faster: to be used. */
  readonly ok: boolean
  /** One clause: what was found. */
  readonly why: string
  /** What finding out took. */
  readonly milliseconds: number
}

let verdict: WideVerdict | undefined

/** The verdict, if the wide kernels are allowed or `forced`; found at the first call. */
export function wideVerdict(forced = false): WideVerdict | undefined {
  if (!forced && !isWideAllowed()) return undefined
  verdict ??= judge()
  return verdict
}

/** Twice 8 columns must take at least so many times the time of 16; 1.4 where the engine does what is asked, 1.1 where it does not. */
const leastGain = 1.25

function judge(): WideVerdict {
  const began = platform.now()
  const found = (why: string, same = false, ok = false): WideVerdict => {
    // What did not pass is switched off again, so that nothing else is compiled that way.
    if (!ok) platform.wideVectors(false)
    return { same, ok, why, milliseconds: platform.now() - began }
  }
  // Pages do not have the wide kernels: no page can ask.
  if (!hasModule('wide-single')) return found('this engine cannot be asked for 256-bit operations')
  // Before the engine is asked, so that these are the bits of plain 128-bit operations.
  const expected = bitsOf(new Bench('relaxed-single'), false)
  if (!platform.wideVectors(true)) return found('this engine cannot be asked for 256-bit operations')
  return platform.optimizedInPlace(() => {
    // The module that models will run, so that what is optimized here is so for them.
    const bench = new Bench(chooseThreads().threads > 1 ? 'wide-shared' : 'wide-single')
    const other = bitsOf(bench, true).findIndex((words, i) => words.some((word, at) => word !== expected[i]?.[at]))
    if (other >= 0) return found(`256-bit operations give other bits in ${samples[other]?.[0].op.kind}`)
    const gain = gainOf(bench)
    const times = `16 columns at once are ${gain.toFixed(1)} times as fast as 8`
    return gain >= leastGain
      ? found(`the engine makes 256-bit operations: ${times}`, true, true)
      : found(`the engine makes no 256-bit operations: ${times}`, true)
  })
}

const side = 12
/** Long sums, beside which all else is short. */
const channels = 256

/** A convolution without border: nothing but the product to be timed. */
const geometry = (filters: number) => ({
  window: {
    kernel: [1, 1],
    stride: [1, 1],
    padding: [0, 0, 0, 0],
    dilation: [1, 1],
    input: [side, side],
    output: [side, side],
  } as const,
  channels,
  filters,
  groups: 1,
})
const product = (filters: number) =>
  sample(
    conv2d,
    { ...geometry(filters), bias: true, activation: 'relu' },
    [f32(1, side, side, channels), f32(1, 1, channels, filters), f32(filters)],
    { fill: repeated },
  )

/** A few thousand normal values over and over: to draw all of them took longer than all the rest of the check. */
let drawn: Float32Array | undefined
function repeated(values: Float32Array, random: Random): void {
  // A prime number of them, so that no two rows are alike.
  drawn ??= Float32Array.from({ length: 4099 }, () => random.normal())
  for (let at = 0; at < values.length; at += drawn.length) values.set(drawn.subarray(0, values.length - at), at)
}

const odd = [Number.NaN, -0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 2 ** -140, -(2 ** -149), 2 ** 127]

function withOdd(values: Float32Array, random: Random): void {
  repeated(values, random)
  values.set(odd)
}

/**
 * One of each kind of loop that matters most, with the runs after which V8 has optimized it: it counts what a loop
 * executes, and joins operations no sooner. Tests compare all kernels.
 */
const samples: readonly (readonly [Sample, runs: number])[] = [
  [product(16), 10],
  [
    sample(conv2dFilterGradient, geometry(16), [f32(1, side, side, channels), f32(1, side, side, 16)], {
      fill: repeated,
    }),
    10,
  ],
  [sample(pointwise, { function: 'relu' }, [f32(4096)], { fill: withOdd }), 600],
]

function bitsOf(bench: Bench, optimized: boolean): readonly Uint32Array[] {
  return samples.map(([each, runs]) => {
    const { run, words } = bench.place(each)
    for (let i = 0; i < (optimized ? runs : 1); i++) run()
    return words()
  })
}

/**
 * How many times the time of 16 columns two products of 8 take. Others may be at work, such as the model's own workers that
 * come up: least times of many, in turns.
 */
function gainOf(bench: Bench): number {
  const least = { 8: Number.POSITIVE_INFINITY, 16: Number.POSITIVE_INFINITY }
  for (let turn = 0; turn < 4; turn++) {
    for (const filters of [8, 16] as const) {
      const { run } = bench.place(product(filters))
      for (let round = 0; round < 10; round++) {
        const began = platform.now()
        run()
        least[filters] = Math.min(least[filters], platform.now() - began)
      }
    }
  }
  return (2 * least[8]) / least[16]
}
