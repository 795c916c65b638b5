/** What an output position of a layer sees of its input: what receptive fields are worked out from. */

import type { Pair, WindowSpec } from '../ops/window.ts'

export type Sight =
  /** A sliding window. */
  | { readonly kind: 'window'; readonly window: WindowSpec }
  /** More positions than the input has, `factor` in each direction; each sees a window of the input, or one position. */
  | { readonly kind: 'upsample'; readonly factor: Pair; readonly window?: WindowSpec }
  /** The whole volume: FC, GAP. */
  | { readonly kind: 'everything' }
