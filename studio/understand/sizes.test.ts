/** Grids have room: digits where they fit, else colours, else one below the other. */

import { convolutionFrames, notesDemo } from 'lenslet/inspect'
import { expect, test } from 'vitest'
import { convolutionSteps } from './convolution.ts'
import { fitted } from './sizes.ts'

const words = {
  ...{ inputs: '', outputs: '', filter: '', bias: '', others: '', products: '', gradientOut: '', gradientIn: '' },
}
const { groups } = convolutionSteps(convolutionFrames(notesDemo()), words)

test.each([
  [1000, true, false],
  [348, true, false],
  [250, false, false],
  [120, false, true],
])('the demo in %d pixels', (room, digits, wraps) => {
  const sizes = fitted(groups, room)
  expect(sizes).toMatchObject({ digits, wraps })
  // 7 columns of the padded input, 3 of each filter and of the output, and three gaps.
  if (!wraps) expect(16 * sizes.width + 3 * 12 + 16).toBeLessThanOrEqual(room)
})
