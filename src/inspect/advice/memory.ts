/** Rules about memory: maps at the input's resolution that hold most of it, and a batch that does not fit. */

import { listed } from '../../core/text.ts'
import { printBytes, printCount, printPercent } from '../units.ts'
import type { AdviceRule, AdvisedLayer } from './types.ts'

const float = 4
/** Of one image: below, nobody runs out of memory by it. */
const manyBytes = 16 * 2 ** 20
const largeShare = 1 / 3
/** Values of one volume: many small ones make a network deep, not its maps too large. */
const largeVolume = 2 ** 20

const earlyActivations: AdviceRule = {
  id: 'early-activations',
  when: 'the layers before the first stride or pooling hold a third of the activations or more, 16 MiB an image, and a volume of a million values',
  find({ layers, totals }) {
    const [input] = layers
    if (input === undefined) return []
    const area = ({ sized }: AdvisedLayer) => sized.output.height * sized.output.width
    const early = layers.slice(1).filter((layer) => layer.activations > 0 && area(layer) === area(input))
    const values = early.reduce((sum, { activations }) => sum + activations, 0)
    const share = values / totals.activations
    if (values * float < manyBytes || share < largeShare) return []
    if (!early.some(({ activations }) => activations >= largeVolume)) return []
    const names = early.map(({ name }) => name)
    const [first] = names
    return [
      {
        layers: names,
        says: `${listed(names)} ${names.length === 1 ? 'keeps' : 'keep'} ${printCount(values)} values at the input's resolution, ${printBytes(values * float)} an image (${printPercent(share)} of all), and twice that with their gradients`,
        advice: `a stride of 2 in ${first}, or a POOL2 after it: a quarter of these values`,
        numbers: { values, bytes: values * float, share },
      },
    ]
  },
}

const batchTooLarge: AdviceRule = {
  id: 'batch',
  when: 'a training with the planned batch takes more memory than there is',
  find({ training }) {
    if (training === undefined || training.memory.arenaBytes <= training.limit) return []
    const { batch, memory, limit } = training
    const plain = training.largestBatch(false)
    const recomputing = training.largestBatch(true)
    const needs = memory.arenaBytes
    const fits = plain === 0 ? 'not even the smallest batch fits' : `batch ${printCount(plain)} fits`
    const again =
      recomputing >= batch
        ? `; with --recompute batch ${batch} fits in ${printBytes(training.recomputedBytes())}`
        : recomputing > plain
          ? `; with --recompute batch ${printCount(recomputing)}`
          : ''
    return [
      {
        layers: [],
        says: `training with batch ${batch} needs ${printBytes(needs)}, more than ${printBytes(limit)}`,
        advice: `${fits}${again}`,
        numbers: { batch, bytes: needs, limit, largest: plain, largestRecomputing: recomputing },
      },
    ]
  },
}

export const memoryRules: readonly AdviceRule[] = [earlyActivations, batchTooLarge]
