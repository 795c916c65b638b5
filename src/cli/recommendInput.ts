/** Which input a network for a folder of pictures should have. */

export interface InputChoice {
  readonly height: number
  readonly width: number
  readonly channels: 1 | 3
  readonly reasons: readonly string[]
}

/** No input is longer than this by its shorter side. */
const longest = 4

interface Size {
  readonly height: number
  readonly width: number
}

/** Pixels of 64×64: enough for the shape of things, and quick on a processor. */
const usual = 64
/** Pictures whose aspect ratio is within this factor of the median's count as alike. */
const alike = 1.15

/** @param sizes sorted by area, at least one */
export function chooseInput(sizes: readonly Size[], color: boolean): InputChoice {
  const channels = color ? 3 : 1
  const { reason, ...size } = chooseSides(sizes)
  const seen = color ? '3 channels: there are images in color' : '1 channel: all images are gray'
  return { ...size, channels, reasons: [`input ${size.height}×${size.width}: ${reason}`, seen] }
}

function chooseSides(sizes: readonly Size[]): Size & { readonly reason: string } {
  const first = sizes[0] as Size
  const same = sizes.every(({ height, width }) => height === first.height && width === first.width)
  const halves = [first.height, first.width].every(
    (side) => side >= 8 && side <= usual && side % (side < 48 ? 4 : 16) === 0,
  )
  if (same && halves) return { ...first, reason: 'the size that all images have' }
  const side = median(sizes.map(({ height, width }) => Math.min(height, width)))
  const square = side >= usual ? usual : side >= 48 ? 48 : 32
  const aspect = median(sizes.map(({ height, width }) => width / height))
  const near = sizes.filter(({ height, width }) => {
    const ratio = width / height / aspect
    return ratio < alike && ratio > 1 / alike
  })
  const cost = square === usual ? 'larger ones take longer and need more images' : 'most images are not larger'
  if (near.length < 0.8 * sizes.length || (aspect < 1.2 && aspect > 1 / 1.2)) {
    const cut = same && first.height === first.width ? '' : '; what is not square is cut at its longer sides'
    return { height: square, width: square, reason: `${cost}${cut}` }
  }
  // Halved four times without a rest.
  const longer = 16 * Math.round((square * Math.min(longest, Math.max(aspect, 1 / aspect))) / 16)
  return {
    ...(aspect > 1 ? { height: square, width: longer } : { height: longer, width: square }),
    reason: `near the shape of most images (${aspect.toFixed(2)} : 1); ${cost}`,
  }
}

/** Of at least one number. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] as number
}
