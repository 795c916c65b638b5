/** What a position of a layer's output sees of the layer's input: what receptive fields are made of. */

import type { Pair, WindowSpec } from '../ops/window.ts'

/**
 * A layer without a `Sight` sees, at each position, that position of each of its inputs; an input of one position is seen
 * by all.
 *
 * - `window`: position i sees the inputs under a sliding window (convolution, pooling).
 * - `upsample`: the input is first enlarged: its position i goes to i·factor, and copies of it, or zeros, fill the places
 *   up to (i + 1)·factor. Then the window, if there is one, slides over the enlarged map. Nearest-neighbour upsampling
 *   has copies and no window. A transposed convolution with filter F, stride S, padding P and dilation D has factor S,
 *   zeros, and a window F with stride 1, dilation D and padding D·(F − 1) − P.
 * - `everything`: every position sees all positions of the input (attention, a global mean added to each position).
 */
export type Sight =
  | { readonly kind: 'window'; readonly window: WindowSpec }
  | {
      readonly kind: 'upsample'
      readonly factor: Pair
      /** Zeros between the positions instead of copies. */
      readonly zeros?: boolean
      readonly window?: WindowSpec
    }
  | { readonly kind: 'everything' }
