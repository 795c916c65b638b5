/**
 * Augmentation as plain data, and as text for the command line (`flip,crop4,cutout8`). Each word is one row; what the
 * words do to a picture is in the folder augment.
 */
import { checkOptions, type OptionNames } from '../core/options.ts'
import type { Volume } from '../core/shapes.ts'
import { AugmentationError } from './errors.ts'

/** What may happen to a training picture. Absent means: does not happen. Amounts are the largest that are drawn. */
export interface Augmentation {
  /**
   * Mirrored left to right, every second time at random; `alternating`: a random half of the pictures in even epochs, the
   * other half in odd ones, so that each is seen both ways in two epochs (Jordan 2024, "94% on CIFAR-10 in 3.29 seconds").
   */
  readonly flip?: boolean | 'alternating'
  /** Pixels that are padded on each side, before a random part of the original size is cut out (He et al. 2016, §4.2: 4). */
  readonly crop?: number
  /**
   * What lies outside of a picture that was moved: 0 after normalization, the mean color ('zero', the default), or the
   * mirrored picture.
   */
  readonly border?: 'zero' | 'reflect'
  /**
   * The least share of the picture's area that a random window has, of aspect 3:4 to 4:3, which is then scaled to the whole
   * (Szegedy et al. 2015, "Inception crop": 0.08).
   */
  readonly resizedCrop?: number
  /** Degrees to either side. */
  readonly rotate?: number
  /** The size is multiplied by 1 − scale to 1 + scale. */
  readonly scale?: number
  /** Degrees by which vertical lines lean to either side. */
  readonly shear?: number
  /** Brightness, contrast and saturation are each multiplied by 1 − color to 1 + color. */
  readonly color?: number
  /** Hues move by this part of the circle to either side; at most 0.5. */
  readonly hue?: number
  /** A square of this side, centered anywhere and clipped, becomes 0 after normalization (DeVries & Taylor 2017: 16, CIFAR-100 8). */
  readonly cutout?: number
  /** Chance that a rectangle of 2 to 33 % of the area becomes 0 after normalization (Zhong et al. 2017, "Random erasing": 0.5). */
  readonly erase?: number
  /** α: a picture and its target are averaged with another's, by shares of Beta(α, α) (Zhang et al. 2018: 0.2). */
  readonly mixup?: number
  /** α: a rectangle comes from another picture, and that share of the target, too (Yun et al. 2019: 1). With `mixup`: one of both. */
  readonly cutmix?: number
}

interface Word {
  readonly name: keyof Augmentation
  /** In front of the number; the whole word where there is none. */
  readonly text: string
  readonly usage: string
  /** The value of a word without a number. */
  readonly value?: true | 'alternating' | 'reflect'
  /** A number of pixels, without a fraction. */
  readonly isWhole?: true
}

const words: readonly Word[] = [
  { name: 'flip', text: 'flip', usage: 'flip', value: true },
  { name: 'flip', text: 'alternating-flip', usage: 'alternating-flip', value: 'alternating' },
  { name: 'crop', text: 'crop', usage: 'crop4 (pixels of padding)', isWhole: true },
  { name: 'border', text: 'reflect', usage: 'reflect (what lies outside)', value: 'reflect' },
  { name: 'resizedCrop', text: 'resized-crop', usage: 'resized-crop0.25 (least share of the area)' },
  { name: 'rotate', text: 'rotate', usage: 'rotate15 (degrees)' },
  { name: 'scale', text: 'scale', usage: 'scale0.2' },
  { name: 'shear', text: 'shear', usage: 'shear10 (degrees)' },
  { name: 'color', text: 'color', usage: 'color0.4' },
  { name: 'hue', text: 'hue', usage: 'hue0.1 (part of the circle)' },
  { name: 'cutout', text: 'cutout', usage: 'cutout8 (side of the square)', isWhole: true },
  { name: 'erase', text: 'erase', usage: 'erase0.25 (how often)' },
  { name: 'mixup', text: 'mixup', usage: 'mixup0.2' },
  { name: 'cutmix', text: 'cutmix', usage: 'cutmix1' },
]

/** `crop4 (pixels of padding)`, for whoever explains them. */
export const augmentationWords = (): readonly string[] => words.map(({ usage }) => usage)

const wholes = /^\d{1,4}$/
const numbers = /^\d{1,4}(\.\d{1,20})?(e-\d{1,2})?$/

function isWritten(text: string, { text: start, value, isWhole }: Word): boolean {
  if (value !== undefined) return text === start
  return text.startsWith(start) && (isWhole ? wholes : numbers).test(text.slice(start.length))
}

/**
 * Reads `flip,crop4,cutout8`; '' and `none` mean no augmentation.
 *
 * @throws {AugmentationError} an unknown or repeated word, naming what is known
 */
export function parseAugmentation(text: string): Augmentation {
  const augmentation: Record<string, unknown> = {}
  for (const part of text.toLowerCase().split(',')) {
    const trimmed = part.trim()
    if (trimmed === '' || trimmed === 'none') continue
    const word = words.find((each) => isWritten(trimmed, each))
    if (word === undefined || Object.hasOwn(augmentation, word.name))
      throw new AugmentationError(
        word ? `"${trimmed}" stands twice in "${text}"` : `unknown augmentation "${trimmed}"`,
        {
          received: text,
          expected: `${augmentationWords().join(', ')}, separated by commas, each at most once`,
          advice: '--augment flip,crop4',
        },
      )
    augmentation[word.name] = word.value ?? Number(trimmed.slice(word.text.length))
  }
  return augmentation
}

/** `flip,crop4,cutout8`, or `none`. `parseAugmentation` reads it back. */
export function printAugmentation(augmentation: Augmentation): string {
  const printed = words.flatMap(({ name, text, value }) => {
    const given = augmentation[name]
    if (value !== undefined) return given === value ? [text] : []
    return given ? [`${text}${given}`] : []
  })
  return printed.join(',') || 'none'
}

/** Whether targets are mixed: a picture then has a share of two classes. */
export function mixesTargets({ mixup = 0, cutmix = 0 }: Augmentation): boolean {
  return mixup > 0 || cutmix > 0
}

const names: OptionNames<Augmentation> = {
  flip: true,
  crop: true,
  border: true,
  resizedCrop: true,
  rotate: true,
  scale: true,
  shear: true,
  color: true,
  hue: true,
  cutout: true,
  erase: true,
  mixup: true,
  cutmix: true,
}

/** @throws {AugmentationError} an amount that is out of range, pixels that do not fit the picture */
export function checkAugmentation(augmentation: Augmentation, { height, width, channels }: Volume): void {
  checkOptions('augment', augmentation, names)
  const { flip = false, border = 'zero', ...amounts } = augmentation
  const shorter = Math.min(height, width)
  const most: Readonly<Record<keyof typeof amounts, number>> = {
    crop: shorter - 1,
    cutout: shorter,
    resizedCrop: 1,
    rotate: 180,
    scale: 0.9,
    shear: 60,
    color: 1,
    hue: channels === 3 ? 0.5 : 0,
    erase: 1,
    mixup: 100,
    cutmix: 100,
  }
  const refuse = (word: string, received: string, expected: string) =>
    new AugmentationError(`${word} does not fit images of ${height}×${width}×${channels}`, { received, expected })
  if (![true, false, 'alternating'].includes(flip)) throw refuse('flip', `${flip}`, 'true, false or alternating')
  if (!['zero', 'reflect'].includes(border)) throw refuse('border', `${border}`, 'zero or reflect')
  for (const [word, amount = 0] of Object.entries(amounts)) {
    const limit = most[word as keyof typeof amounts]
    const isWhole = word === 'crop' || word === 'cutout'
    if (amount >= 0 && amount <= limit && (Number.isInteger(amount) || !isWhole)) continue
    const kind = isWhole ? 'whole number' : 'number'
    throw refuse(word, `${amount}${isWhole ? ' pixels' : ''}`, `a ${kind} from 0 to ${limit}`)
  }
}
