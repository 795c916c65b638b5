/** `lenslet train <model>` for other classes: which layers learn, and what a fine-tuning says of itself. */

import { counted } from '../core/text.ts'
import { printAugmentation } from '../data/augmentation.ts'
import type { TrainOptions } from '../train/options.ts'
import { refused } from './options.ts'

export const freezeHelp =
  'layers that keep their weights: all-but-head; until:LAYER, a layer and all in front of it; names and patterns, conv1,fire*; or none'

/** Reads names, separated by commas. Which layers they are, the network says. `none`: no layer. */
export function layerNames(option: string) {
  return (text: string): readonly string[] => {
    if (text.trim() === 'none') return []
    const names = text.split(',').map((name) => name.trim())
    if (names.every((name) => name !== '')) return names
    throw refused(option, text, 'all-but-head, until:LAYER, names of layers, separated by commas, or none')
  }
}

/** What a fine-tuning does, in one line, and how to change it. */
export function fineTuningWords({ epochs, optimizer, augment = {} }: TrainOptions, frozen: readonly string[]): string {
  const learns =
    frozen.length === 0
      ? 'all layers learn'
      : frozen.includes('all-but-head')
        ? 'only the head learns'
        : `${frozen.join(', ')} ${frozen.length === 1 ? 'keeps its' : 'keep their'} weights`
  const rate = typeof optimizer === 'object' && optimizer.rate !== undefined ? `, rate ${optimizer.rate}` : ''
  return `fine-tuning: ${learns}; ${counted(epochs, 'epoch')}${rate}, augmentation ${printAugmentation(augment)}. Change it with --freeze, --epochs, --rate, --augment`
}
