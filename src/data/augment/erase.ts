/** Random erasing (Zhong et al. 2017): a rectangle of 2 to 33 % of the area, of aspect 0.3 to 3.3, becomes 0. */
import type { Volume } from '../../core/shapes.ts'
import { drawBetween, drawInteger, drawLogarithmic } from '../draws.ts'

const draws = { whether: 16, window: 100 } as const
const tries = 10

/** @param chance 0 to 1 */
export function erase(
  { height, width, channels }: Volume,
  chance: number,
  key: number,
  position: number,
  out: Float32Array,
  to: number,
): void {
  if (drawBetween(key, position, draws.whether, 0, 1) > chance) return
  for (let t = 0; t < tries; t++) {
    const draw = draws.window + 4 * t
    const area = height * width * drawBetween(key, position, draw, 0.02, 0.33)
    const ratio = drawLogarithmic(key, position, draw + 1, 0.3, 3.3)
    const [h, w] = [Math.round(Math.sqrt(area * ratio)), Math.round(Math.sqrt(area / ratio))]
    if (h < 1 || w < 1 || h >= height || w >= width) continue
    const top = drawInteger(key, position, draw + 2, height - h + 1)
    const left = drawInteger(key, position, draw + 3, width - w + 1)
    for (let y = top; y < top + h; y++) {
      const row = to + (y * width + left) * channels
      out.fill(0, row, row + w * channels)
    }
    return
  }
}
