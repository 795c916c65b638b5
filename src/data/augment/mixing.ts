/**
 * Mixup and CutMix: a picture and its target get a share of another's. Which one, and how much, depends on the position in
 * the epoch alone, so batches of any size hold the same pictures.
 */
import type { Volume } from '../../core/shapes.ts'
import type { Augmentation } from '../augmentation.ts'
import { drawBeta, drawInteger } from '../draws.ts'

const draws = { partner: 12, which: 13, top: 14, left: 15, share: 200 } as const

export interface Mixture {
  /** Position in the epoch of the other picture. */
  readonly partner: number
  /** Of the picture's own target; the partner's is the rest. */
  readonly share: number
  /** What comes from the partner; undefined: all pixels are averaged. */
  readonly box?: { readonly top: number; readonly left: number; readonly bottom: number; readonly right: number }
}

/** @param count pictures of the epoch */
export function mixtureOf(
  { mixup = 0, cutmix = 0 }: Augmentation,
  { height, width }: Volume,
  key: number,
  position: number,
  count: number,
): Mixture {
  // Any but itself.
  const partner = count < 2 ? position : (position + 1 + drawInteger(key, position, draws.partner, count - 1)) % count
  const cuts = cutmix > 0 && (mixup === 0 || drawInteger(key, position, draws.which, 2) === 1)
  const share = drawBeta(key, position, draws.share, cuts ? cutmix : mixup)
  if (!cuts) return { partner, share }
  const side = Math.sqrt(1 - share)
  const [h, w] = [Math.floor(height * side), Math.floor(width * side)]
  const y = drawInteger(key, position, draws.top, height) - (h >> 1)
  const x = drawInteger(key, position, draws.left, width) - (w >> 1)
  const [top, left] = [Math.max(0, y), Math.max(0, x)]
  const [bottom, right] = [Math.min(height, y + h), Math.min(width, x + w)]
  // The box is clipped: the share is that of the pixels.
  const inside = Math.max(0, bottom - top) * Math.max(0, right - left)
  return { partner, share: 1 - inside / (height * width), box: { top, left, bottom, right } }
}

/** Mixes `other` into the picture that begins at float `at`. */
export function mixInto(
  out: Float32Array,
  at: number,
  other: Float32Array,
  { share, box }: Mixture,
  { height, width, channels }: Volume,
): void {
  if (box === undefined) {
    for (let i = 0; i < height * width * channels; i++)
      out[at + i] = share * (out[at + i] as number) + (1 - share) * (other[i] as number)
    return
  }
  for (let y = box.top; y < box.bottom; y++) {
    const [from, to] = [(y * width + box.left) * channels, (y * width + box.right) * channels]
    if (to > from) out.set(other.subarray(from, to), at + from)
  }
}
