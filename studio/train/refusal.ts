/** Why a network cannot learn some data here, with what would help as something to press. */

import { MemoryError } from 'lenslet/backends'
import { ArgumentError, LensletError, type Volume } from 'lenslet/core'
import type { Dataset } from 'lenslet/data'
import { printBytes } from 'lenslet/inspect'
import { inferVolumes, type Network } from 'lenslet/network'
import { maxBatch, plan } from 'lenslet/plan'
import { DataMismatchError, DivergedError } from 'lenslet/train'
import { offered } from '../engine/fault.ts'
import { optimizerRates } from './choices.ts'
import type { Settings } from './messages.ts'

/** WebAssembly's memory has addresses of 32 bits, and a page of 64 KiB is left free. */
const mostBytes = 2 ** 32 - 2 ** 16

const printed = ({ height, width, channels }: Volume) => `${height}×${width}×${channels}`

/** @throws {DataMismatchError} images of another size than the network takes */
export function checkInput(network: Network, { train }: Dataset): void {
  const input = inputOf(network)
  const { height, width, channels } = train
  if (input === undefined) return
  if (input.height === height && input.width === width && input.channels === channels) return
  throw offered(
    new DataMismatchError('the images do not fit the network', {
      received: `images of ${printed(train)}`,
      expected: `the network's input, ${printed(input)}`,
      advice: `begin the network with INPUT ${height}x${width}x${channels}, or choose other images`,
    }),
    { kind: 'input', height, width, channels },
  )
}

function inputOf(network: Network): Volume | undefined {
  return inferVolumes(network).find(({ inputs }) => inputs.length === 0)?.output
}

/** @throws {ArgumentError} a training that a tab has no memory for, told before anything is allocated */
export function checkMemory(
  network: Network,
  { batch, optimizer }: Settings,
  frozen: readonly string[] = [],
  most = mostBytes,
): void {
  const goal = { kind: 'training', optimizer: optimizer as 'adam' } as const
  const { arenaBytes } = plan(network, { batch, goal, frozen }).memory
  if (arenaBytes <= most) return
  const largest = maxBatch(network, most, { goal, frozen })
  const error = new ArgumentError('this training is too large for a browser tab', {
    received: `${printBytes(arenaBytes)} with batch ${batch}`,
    expected: `at most ${printBytes(most)}, which is all that WebAssembly can address`,
    advice:
      largest > 0
        ? `take a batch of at most ${largest}`
        : 'take a network with smaller volumes or fewer weights; not even one image fits',
  })
  throw largest > 0 ? offered(error, { kind: 'batch', batch: largest }) : error
}

/** The same error, with an offer where one helps. */
export function withOffer(error: unknown, network: Network, data: Dataset, settings: Settings): unknown {
  if (!(error instanceof LensletError)) return error
  if (error instanceof DivergedError) return offered(error, { kind: 'rate', rate: lowerRate(settings) })
  if (error instanceof MemoryError && settings.batch > 1)
    return offered(error, { kind: 'batch', batch: Math.floor(settings.batch / 2) })
  if (settings.batch > data.train.count) return offered(error, { kind: 'batch', batch: data.train.count })
  const output = inferVolumes(network).at(-1)?.output
  const scores = output === undefined ? 0 : output.height * output.width * output.channels
  if (error instanceof DataMismatchError && scores !== data.classes.length)
    return offered(error, { kind: 'output', classes: data.classes.length })
  return error
}

/** The optimizer's usual rate, where the rate was far above it; else a tenth. */
function lowerRate({ optimizer, rate }: Settings): number {
  const usual = optimizerRates[optimizer] ?? rate
  return rate > 10 * usual ? usual : rounded(rate / 10)
}

/** 0.001, not 0.0010000000000000002. */
const rounded = (value: number) => Number(value.toPrecision(3))
