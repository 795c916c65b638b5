/** What attributions give: maps of some images, and what each of them explains. */

import type { OptionNames } from '../../core/options.ts'
import type { Shape } from '../../core/shapes.ts'
import { type RunOptions, runOptionNames } from './pass.ts'
import type { Explained, Target } from './target.ts'

export interface AttributionOptions extends RunOptions {
  /** What the maps explain: one for all images, or a list with one for each. Default: the top class of each image. */
  readonly target?: Target | readonly Target[] | undefined
}

export const attributionOptionNames: OptionNames<AttributionOptions> = { ...runOptionNames, target: true }

export interface AttributionMaps {
  /** [n, height, width, channels] or [n, height, width] */
  readonly shape: Shape
  readonly data: Float32Array
  /** [n] */
  readonly explained: readonly Explained[]
}
