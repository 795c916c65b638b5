/** `lenslet train <model> --freeze ...`: what is frozen, and what a fine-tuning does unless it is told otherwise. */

import type { Recipe } from '../zoo/types.ts'
import { refused } from './options.ts'

export const freezeHelp =
  'layers that keep their weights: all-but-head; until:LAYER, a layer and all in front of it; or names and patterns, conv1,fire*'

/** Reads names, separated by commas. Which layers they are, the network says. */
export function layerNames(option: string) {
  return (text: string): readonly string[] => {
    const names = text.split(',').map((name) => name.trim())
    if (names.every((name) => name !== '')) return names
    throw refused(option, text, 'all-but-head, until:LAYER, or names of layers, separated by commas')
  }
}

/** Weights that are good already need fewer and smaller steps than new ones. */
export const fineTuning: Recipe = { epochs: 8, optimizer: { kind: 'adamw', rate: 1e-3 }, schedule: 'one-cycle' }
