/**
 * What happens to a photo before its values are normalized: scaling, then the center of the network's size. A model stores
 * it, so that a photo gives what it gave in the program that trained the model.
 *
 * Sizes and places are rounded as torchvision and timm do, in their order of operations.
 */

import { list, number, object, oneOf, optional, type Schema } from '../core/schema.ts'
import { type Interpolation, interpolations } from './interpolation.ts'

/**
 * To which size a photo is scaled:
 * - `cover`: the smallest that covers the input at the photo's aspect (the default);
 * - `shorter`: its shorter side becomes `side` pixels (torchvision's `Resize(side)`, timm's crop mode `center`);
 * - `both`: to `height`×`width`, whatever the aspect (timm's `squash`); without them, to the input's size;
 * - `within`: the largest that fits into `height`×`width` (or the input) at the photo's aspect (timm's `border`);
 * - `none`: not scaled.
 */
export interface Resize {
  readonly kind: 'cover' | 'shorter' | 'both' | 'within' | 'none'
  /** Of `shorter`, in pixels. Default: the longer side of the input. */
  readonly side?: number | undefined
  /** Of `both` and `within`, in pixels. Default: the input's. */
  readonly height?: number | undefined
  readonly width?: number | undefined
}

/** Then the center of the input's size is cut out; where the photo is smaller, it is padded. */
export interface Preprocessing {
  /** Default: `cover`. */
  readonly resize?: Resize | undefined
  /** Pillow's, antialiased when they shrink. Default: `bilinear`. */
  readonly interpolation?: Interpolation | undefined
  /** Color of the padding: red, green, blue, 0 to 255. Default: black. */
  readonly fill?: readonly number[] | undefined
}

const side = optional(number({ whole: true, min: 1, max: 65536 }))
const kind = oneOf(['cover', 'shorter', 'both', 'within', 'none'])

/** Of what a file says. */
export const preprocessingSchema: Schema<Preprocessing> = object({
  resize: optional(object({ kind, side, height: side, width: side })),
  interpolation: optional(oneOf(interpolations)),
  fill: optional(list(number({ min: 0, max: 255 }), { min: 3, max: 3 })),
})

interface Sides {
  readonly height: number
  readonly width: number
}

/** The same for an input of another size: the center that is cut out stays the same part of a photo. */
export function preprocessingFor(given: Preprocessing, from: Sides, to: Sides): Preprocessing {
  const { resize } = given
  if (resize === undefined) return given
  const scaled = (length: number | undefined, side: 'height' | 'width') =>
    length === undefined ? undefined : Math.max(1, Math.round((length * to[side]) / from[side]))
  const longer = from.height >= from.width ? 'height' : 'width'
  const sides = {
    side: scaled(resize.side, longer),
    height: scaled(resize.height, 'height'),
    width: scaled(resize.width, 'width'),
  }
  const known = Object.fromEntries(Object.entries(sides).filter(([, value]) => value !== undefined))
  return { ...given, resize: { kind: resize.kind, ...known } }
}

/** The size to which a photo is scaled for an input. */
export function scaledSides(photo: Sides, input: Sides, { kind, side, height, width }: Resize): Sides {
  const [h, w] = [photo.height, photo.width]
  const box = { height: height ?? input.height, width: width ?? input.width }
  switch (kind) {
    case 'none':
      return photo
    case 'both':
      return box
    case 'within': {
      const ratio = Math.max(h / box.height, w / box.width)
      return { height: Math.max(1, halfToEven(h / ratio)), width: Math.max(1, halfToEven(w / ratio)) }
    }
    case 'shorter': {
      const short = side ?? Math.max(input.height, input.width)
      return w <= h
        ? { height: Math.floor((short * h) / w), width: short }
        : { height: short, width: Math.floor((short * w) / h) }
    }
    default:
      // Products of whole numbers, so that a side which is reached exactly is not missed by rounding.
      return w * input.height <= h * input.width
        ? { height: Math.floor((input.width * h) / w), width: input.width }
        : { height: input.height, width: Math.floor((input.height * w) / h) }
  }
}

/** Where a window of `size` begins in the middle of `from` pixels; negative where these are fewer. */
export function centered(from: number, size: number): number {
  return from < size ? -Math.floor((size - from) / 2) : halfToEven((from - size) / 2)
}

/** Python's `round`: torchvision uses it for the crop, so that odd remainders go to the left or the right in turn. */
function halfToEven(value: number): number {
  const whole = Math.floor(value)
  if (value - whole !== 0.5) return Math.round(value)
  return whole % 2 === 0 ? whole : whole + 1
}
