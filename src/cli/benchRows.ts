/** What `lenslet bench` measures, and how: layers by themselves, whole networks on pictures, training steps. */

import type { Program } from '../backends/types.ts'
import { chooseThreads } from '../backends/wasm/threads.ts'
import { Random } from '../core/random.ts'
import { sizeOf, volumeSize } from '../core/shapes.ts'
import { Model } from '../model/model.ts'
import type { Network } from '../network/network.ts'
import { parse } from '../notation/parse.ts'
import { SCALAR_COUNT, scalarSlots } from '../ops/scalars.ts'
import { cost } from '../plan/cost.ts'
import type { PlanOptions } from '../plan/types.ts'

export type BenchKind = 'kernel' | 'predict' | 'train'

/** Something to be measured. */
export interface BenchWork {
  readonly kind: BenchKind
  readonly name: string
  readonly network: Network
  /** Pictures of a run. */
  readonly batch: number
  readonly threads: number
  /** Settings of a training; default: SGD with momentum, without recomputation. */
  readonly training?: Pick<PlanOptions, 'optimizer' | 'recompute'>
}

export interface BenchRow {
  readonly kind: BenchKind
  readonly name: string
  readonly batch: number
  /** Threads that really ran. */
  readonly threads: number
  /** Of a run: the least, and the median. */
  readonly milliseconds: number
  readonly median: number
  readonly runs: number
  readonly picturesPerSecond: number
  /** Billions of the direct convolution's multiplications and additions a second; `null` of training. */
  readonly gflops: number | null
}

/** A layer for each way in which convolutions are computed. They run on one thread and copy nothing in or out. */
export const kernelWorks: readonly BenchWork[] = [
  ['product, 512 terms', 'INPUT 12x12x512 -> CONV1-256'],
  ['3×3, Winograd', 'INPUT 56x56x64 -> CONV3-64'],
  ['3×3, few pixels', 'INPUT 7x7x512 -> CONV3-512'],
  ['3×3, stride 2', 'INPUT 56x56x64 -> CONV3-128 s2 p1'],
  ['first layer', 'INPUT 224x224x3 -> CONV7-64 s2 p3'],
  ['depthwise 3×3', 'INPUT 56x56x144 -> CONV3-144 g144'],
  ['fully connected', 'INPUT 1x1x4096 -> FC-4096'],
].map(([name = '', text = '']) => ({ kind: 'kernel', name, network: parse(text), batch: 1, threads: 1 }))

/** One thread, and as many as a model takes where that is another number. */
export function threadsToTry(wanted: number | undefined): readonly number[] {
  return wanted === undefined ? [...new Set([1, chooseThreads().threads])] : [wanted]
}

/** After two runs that are not counted (engines compile at first): at least this many milliseconds and this many runs. */
const leastMilliseconds = 500
const leastRuns = 5

/** Throws what making or running the network throws: `SizeError`, `MemoryError`, … */
export async function measure(work: BenchWork): Promise<BenchRow> {
  const { kind, name, network, batch, threads, training = {} } = work
  await using model = await Model.create(network, { seed: 1, batch: kind === 'train' ? 1 : batch, threads })
  const measured = await measures[kind](model, batch, training)
  const times = measured.times.sort((a, b) => a - b)
  const [milliseconds = 0] = times
  const { macs } = cost(network).totals
  return {
    kind,
    name,
    batch,
    threads: measured.threads,
    milliseconds,
    median: times[times.length >> 1] as number,
    runs: times.length,
    picturesPerSecond: (1000 * batch) / milliseconds,
    gflops: kind === 'train' ? null : (2 * macs * batch) / milliseconds / 1e6,
  }
}

interface Measured {
  readonly times: number[]
  readonly threads: number
}

type Measure = (model: Model, batch: number, training: NonNullable<BenchWork['training']>) => Promise<Measured>

const measures: Readonly<Record<BenchKind, Measure>> = {
  async kernel(model, batch) {
    return repeatProgram(await bind(model, { batch }))
  },
  async predict(model, batch) {
    const pictures = randomPictures(batch * volumeSize(model.input))
    const into = new Float32Array(batch * volumeSize(model.output))
    const times = await repeat(() => model.predict(pictures, { into }))
    return { times, threads: model.threads }
  },
  /** Forward, loss, backward and update; without making a batch of images from bytes. */
  async train(model, batch, training) {
    const program = await bind(model, { mode: 'training', batch, optimizer: 'momentum', ...training })
    const { labels, scalars } = program.plan.ports
    if (labels !== undefined) program.write(labels, new Int32Array(batch))
    if (scalars !== undefined) {
      const values = new Float32Array(SCALAR_COUNT)
      values[scalarSlots.learningRate] = 1e-6
      values[scalarSlots.gradientScale] = 1
      program.write(scalars, values)
    }
    return repeatProgram(program)
  },
}

async function repeatProgram(program: Program): Promise<Measured> {
  const times = await repeat(() => program.run()).finally(() => program.dispose())
  return { times, threads: program.threads }
}

/** A program with pictures in place. */
async function bind(model: Model, options: Parameters<Model['bind']>[0]): Promise<Program> {
  const program = await model.bind(options)
  const { ports, buffers } = program.plan
  program.write(ports.pictures, randomPictures(sizeOf(buffers[ports.pictures]?.shape ?? [])))
  return program
}

function randomPictures(length: number): Float32Array {
  const random = Random.seeded(1, 'bench')
  return Float32Array.from({ length }, () => random.next() * 2 - 1)
}

async function repeat(run: () => Promise<unknown>): Promise<number[]> {
  for (let warm = 0; warm < 2; warm++) await run()
  const times: number[] = []
  const end = performance.now() + leastMilliseconds
  while (times.length < leastRuns || performance.now() < end) {
    const began = performance.now()
    await run()
    times.push(performance.now() - began)
  }
  return times
}
