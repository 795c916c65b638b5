/** What a fine-tuning does unless it is told otherwise. */

import type { Network } from '../network/network.ts'
import { lossOf } from '../network/training.ts'
import { inferVolumes } from '../network/volumes.ts'
import { mayMirror } from './mirror.ts'
import type { Recipe } from './types.ts'

/** What a recipe depends on: the network as it will train, and the images. */
export interface Tuned {
  readonly network: Network
  readonly frozen: readonly string[]
  /** Training images. */
  readonly count: number
  readonly classes: readonly string[]
}

/** Images that a fine-tuning shows in all: more epochs for small folders, fewer for large ones. */
const images = 80_000
/** And the multiply–accumulates that they may take, forward and backward: some 15 minutes on two cores. */
const work = 5e13
const epochsFrom = 3
const epochsTo = 60

/**
 * All layers learn, by AdamW and a rate that falls from a peak (Loshchilov and Hutter 2019; Smith and Topin 2018). Measured
 * on 4,317 photographs of flowers: docs/your-pictures.md. Where only a new head learns, the rate is that of a new layer.
 */
export function fineTuning({ network, frozen, count, classes }: Tuned): Recipe {
  const isHeadOnly = frozen.includes('all-but-head')
  const [input, ...layers] = inferVolumes(network)
  const macs = layers.reduce((sum, { macs }) => sum + macs, 0)
  // Once forward, and twice as much backward. Frozen layers run once, or forward only.
  const shown = isHeadOnly ? images : Math.min(images, work / (3 * Math.max(1, macs)))
  const epochs = Math.min(epochsTo, Math.max(epochsFrom, Math.round(shown / Math.max(1, count))))
  const { height = 0, width = 0 } = input?.output ?? {}
  const crop = Math.floor(Math.min(height, width) / 8)
  const loss = lossOf(network)
  return {
    epochs,
    // Steps are what few images lack.
    batch: Math.min(count, count < 200 ? 8 : count < 800 ? 16 : 32),
    optimizer: { kind: 'adamw', rate: isHeadOnly ? 2e-3 : 3e-4, weightDecay: 0.05 },
    schedule: 'one-cycle',
    ...(loss.kind === 'cross-entropy' && loss.smoothing === 0 && { labelSmoothing: 0.1 }),
    // Frozen layers run once over images that are not moved.
    augment: { ...(mayMirror(classes) && { flip: true }), ...(frozen.length === 0 && crop > 0 && { crop }) },
  }
}
