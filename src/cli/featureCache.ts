/** `lenslet train --freeze`: frozen layers run over the data set once where their outputs fit in memory. */

import type { Dataset } from '../data/dataset.ts'
import { printBytes, printCount, printSeconds } from '../inspect/units.ts'
import type { Model } from '../model/model.ts'
import type { Checkpoint } from '../train/checkpoint.ts'
import { type FeatureTraining, featureTraining } from '../train/features.ts'
import type { TrainOptions } from '../train/options.ts'
import type { DoneProgress } from '../train/progress.ts'
import type { RunSettings } from './runFolder.ts'
import type { Terminal } from './terminal.ts'

const defaultLimit = 2e9

export interface Unfrozen {
  readonly settings: RunSettings
  readonly model: Model
  readonly dataset: Dataset
  readonly options: TrainOptions
  /** Of a run that is resumed: it goes on with or without features, as it began. */
  readonly checkpoint: Checkpoint | undefined
}

/** What to train in place of the model; undefined where nothing is frozen, or the features cannot be kept. */
export async function cacheFeatures(
  { settings, model, dataset, options, checkpoint }: Unfrozen,
  terminal: Terminal,
): Promise<FeatureTraining | undefined> {
  const { backend, dataOptions } = settings
  // The reference trains in float64, and features are float32.
  if (options.frozen === undefined || backend !== 'wasm') return undefined
  const begun = checkpoint && checkpoint.identity.network.nodes[0]?.name !== model.network.nodes[0]?.name
  if (begun === false) return undefined
  const limit = begun ? Number.POSITIVE_INFINITY : (dataOptions?.memoryLimit ?? defaultLimit)
  const made = await featureTraining(model, dataset, options, limit)
  if (!('reason' in made)) return made
  const { reason, bytes } = made
  const size = bytes && ` (${printBytes(bytes)}; the limit is ${printBytes(limit)}, and --memory-limit raises it)`
  terminal.hint(`note: the frozen layers run in every epoch, as their outputs cannot be kept: ${reason}${size ?? ''}`)
  return undefined
}

/** Milliseconds between two words: in a terminal they take the place of those before. */
const between = { live: 200, lines: 5000 }

/** Runs the frozen layers, and shows how far it is. Throws the reason of the signal. */
export async function computeFeatures(
  features: FeatureTraining | undefined,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<void> {
  if (features === undefined) return
  const { cut, bytes } = features
  terminal.say(`The layers up to ${cut} are frozen: they run once over the images (${printBytes(bytes)} of features).`)
  const began = performance.now()
  const pause = terminal.live ? between.live : between.lines
  let next = began + pause
  const computed = features.compute({
    signal,
    progress(done, all) {
      const now = performance.now()
      if (now < next) return
      next = now + pause
      const rate = done / Math.max(0.001, (now - began) / 1000)
      terminal.progress(
        `features of ${printCount(done)} of ${printCount(all)} images: ${printCount(Math.round(rate))} images/s, ${printSeconds((all - done) / rate)} left`,
      )
    },
  })
  await computed.finally(() => terminal.status(''))
}

/** Gives the model what was learned, and all weights to those of the last epoch. */
export async function putFeaturesBack(
  features: FeatureTraining | undefined,
  last: DoneProgress,
): Promise<DoneProgress> {
  if (features === undefined) return last
  await features.putBack()
  const { lastWeights } = last.result
  if (lastWeights === undefined) return last
  return { ...last, result: { ...last.result, lastWeights: await features.complete(lastWeights) } }
}
