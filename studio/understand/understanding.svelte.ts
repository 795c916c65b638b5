/** What the tab "Convolution" shows. */

import { look } from '../look/look.svelte.ts'

class Understanding {
  /** The notes' demo rather than the selected layer. */
  demo = $state(true)
  /** Numbers of the filters; none: the strongest. */
  filters = $state.raw<readonly number[]>([])
  /** Counts up when the newest weights are asked for. */
  turn = $state(0)

  newest(): void {
    this.turn += 1
    look.shown.changed()
  }
}

export const understanding = new Understanding()
