/**
 * Several views of a test image: mirrored, shifted, or cropped from a larger image, each with its weight in the mean of what a
 * network gives for them. Each word is one row; `mirror` goes with any row that does not mirror by itself.
 *
 * Sources: `crops10` Krizhevsky et al. 2012 (four corners and the center of 224 from 256 pixels, each mirrored); `torch7`
 * Zagoruyko 2014 (crops of 24 and of 28 pixels from 32); `airbench` Jordan 2024 (arXiv 2404.00498, section 3.5).
 */

import { ArgumentError } from '../core/errors.ts'
import type { Preprocessing } from './preprocessing.ts'

/** A part of an image, in pixels. It may reach beyond the border, where the image is reflected. */
export interface View {
  readonly top: number
  readonly left: number
  readonly height: number
  readonly width: number
  readonly mirrored: boolean
  /** Of the mean; those of all views add up to 1. */
  readonly weight: number
}

/** What is averaged over the views: what the network's scores say as probabilities, or the scores themselves. */
export type Average = 'probabilities' | 'scores'

export interface ViewSet {
  /** `mirror,shifts1` */
  readonly name: string
  readonly average: Average
  readonly views: readonly View[]
}

interface Sides {
  readonly height: number
  readonly width: number
}

type Placed = Omit<View, 'mirrored' | 'weight'> & { readonly mirrored?: boolean; readonly weight?: number }

interface Word {
  readonly pattern: RegExp
  readonly usage: string
  readonly average: Average
  /** How much larger than the network's input an image is best: the crops then need no scaling. */
  readonly larger: number
  /** Whether some views are mirrored already. */
  readonly mirrors: boolean
  /** Weights are relative; default 1. */
  place(image: Sides, input: Sides, pixels: number): readonly Placed[]
}

const whole = ({ height, width }: Sides): Placed => ({ top: 0, left: 0, height, width })
const both = (placed: readonly Placed[]): readonly Placed[] =>
  [false, true].flatMap((mirrored) => placed.map((each) => ({ ...each, mirrored })))
const moved = ({ height, width }: Sides, top: number, left: number): Placed => ({ top, left, height, width })

/** The network's size where the image is larger, else `share` of the image, which is then scaled. */
function cropOf(image: Sides, input: Sides, share: number): Sides {
  if (image.height > input.height && image.width > input.width) return input
  const side = (length: number) => Math.max(1, Math.round(share * length))
  return { height: side(image.height), width: side(image.width) }
}

function corners(image: Sides, input: Sides): readonly Placed[] {
  const crop = cropOf(image, input, 7 / 8)
  const [down, across] = [image.height - crop.height, image.width - crop.width]
  const at = [
    [0, 0],
    [0, across],
    [down, 0],
    [down, across],
    [Math.round(down / 2), Math.round(across / 2)],
  ] as const
  return at.map(([top, left]) => ({ ...crop, top, left }))
}

/** 3 × 3 places of a crop that is `share` of the image. */
function grid(image: Sides, share: number): readonly Placed[] {
  const side = (length: number) => Math.max(1, Math.round(share * length))
  const [height, width] = [side(image.height), side(image.width)]
  const steps = [0, 0.5, 1]
  return steps.flatMap((y) =>
    steps.map((x) => ({
      top: Math.round(y * (image.height - height)),
      left: Math.round(x * (image.width - width)),
      height,
      width,
    })),
  )
}

const words: readonly Word[] = [
  {
    pattern: /^shifts(\d{1,3})$/,
    usage: 'shifts1 (the image, and shifted by a pixel in eight directions)',
    average: 'probabilities',
    larger: 1,
    mirrors: false,
    place: (image, _, pixels) =>
      [0, -pixels, pixels].flatMap((top) => [0, -pixels, pixels].map((left) => moved(image, top, left))),
  },
  {
    pattern: /^airbench$/,
    usage: 'airbench (6 views, scores)',
    average: 'scores',
    larger: 1,
    mirrors: true,
    // Half of the weight is on the image and its mirror image, half on the four that are shifted.
    place: (image) => [...both([{ ...whole(image), weight: 2 }]), ...both([moved(image, -1, -1), moved(image, 1, 1)])],
  },
  {
    pattern: /^crops5$/,
    usage: 'crops5 (corners and center)',
    average: 'probabilities',
    larger: 8 / 7,
    mirrors: false,
    place: (image, input) => corners(image, input),
  },
  {
    pattern: /^crops10$/,
    usage: 'crops10 (crops5 and their mirror images)',
    average: 'probabilities',
    larger: 8 / 7,
    mirrors: true,
    place: (image, input) => both(corners(image, input)),
  },
  {
    pattern: /^torch7$/,
    usage: 'torch7 (36 crops of two sizes)',
    average: 'probabilities',
    larger: 4 / 3,
    mirrors: true,
    place: (image) => both([...grid(image, 3 / 4), ...grid(image, 7 / 8)]),
  },
]

const mirror = 'mirror'
/** For help and errors. */
export const viewsUsage = `${mirror}, ${words.map(({ usage }) => usage).join(', ')}; mirror goes with the others: mirror,shifts1`

interface Parsed {
  readonly word: Word | undefined
  readonly pixels: number
  readonly isMirrored: boolean
}

function parse(text: string): Parsed {
  const parts = text.split(',').map((part) => part.trim().toLowerCase())
  const rest = parts.filter((part) => part !== mirror)
  const word = words.find(({ pattern }) => pattern.test(rest[0] ?? ''))
  const isMirrored = rest.length < parts.length
  const isTwice = parts.length - rest.length > 1 || rest.length > 1
  const pixels = Number(word?.pattern.exec(rest[0] as string)?.[1])
  if (isTwice || (rest.length > 0 && word === undefined) || (isMirrored && word?.mirrors) || pixels === 0) {
    throw new ArgumentError('the views are invalid', {
      received: text.slice(0, 200),
      expected: viewsUsage,
      advice: isMirrored && word?.mirrors ? `${rest[0]} mirrors by itself: leave mirror out` : 'airbench',
    })
  }
  return { word, pixels, isMirrored }
}

/**
 * Reads `mirror`, `shifts1`, `mirror,shifts1`, `airbench`, `crops5`, `crops10` or `torch7`.
 *
 * @param image of the images as they are
 * @param input of the network: what views are scaled to where they have another size
 * @param average in place of what the word says
 * @throws {ArgumentError} other words, or shifts by more than the image allows
 */
export function viewSet(text: string, image: Sides, input: Sides, average?: Average): ViewSet {
  const { word, pixels, isMirrored } = parse(text)
  const placed = word?.place(image, input, pixels) ?? [whole(image)]
  const all = isMirrored ? both(placed) : placed
  checkReach(text, image, all)
  const sum = all.reduce((total, { weight = 1 }) => total + weight, 0)
  return {
    name: text,
    average: average ?? word?.average ?? 'probabilities',
    views: all.map(({ mirrored = false, weight = 1, ...at }) => ({ ...at, mirrored, weight: weight / sum })),
  }
}

/** A reflection shows every pixel once at most. */
function checkReach(text: string, { height, width }: Sides, placed: readonly Placed[]): void {
  const reach = (start: number, length: number, size: number) => Math.max(-start, start + length - size) < size
  if (placed.every((at) => reach(at.top, at.height, height) && reach(at.left, at.width, width))) return
  throw new ArgumentError('the views are shifted too far', {
    received: `${text}, for images of ${height}×${width}`,
    expected: `shifts by at most ${Math.min(height, width) - 1}`,
  })
}

/** Checks the words alone. @throws {ArgumentError} */
export function checkViews(text: string): void {
  parse(text)
}

/**
 * The size at which photos are to be opened for these views, and how they are scaled to it. Crops of the network's own size
 * come from a larger image: as large as the model's preprocessing makes it, or as the views' source has it.
 */
export function viewedSize(
  text: string,
  input: Sides,
  preprocessing: Preprocessing = {},
): Sides & { readonly preprocessing: Preprocessing } {
  const { word } = parse(text)
  const { resize } = preprocessing
  const { height, width } = input
  if (word === undefined || word.larger === 1) return { height, width, preprocessing }
  const side = (length: number) => Math.round(word.larger * length)
  const from = resize?.kind === 'shorter' ? { height: resize.side ?? 0, width: resize.side ?? 0 } : resize
  const [tall, wide] = [from?.height ?? 0, from?.width ?? 0]
  if (tall > height && wide > width) return { height: tall, width: wide, preprocessing }
  // What scales photos to the input would leave a border around the larger image.
  const { resize: _, ...rest } = preprocessing
  const kept = resize === undefined || resize.kind === 'none' ? preprocessing : rest
  return { height: side(height), width: side(width), preprocessing: kept }
}
