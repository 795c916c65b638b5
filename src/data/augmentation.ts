/**
 * Augmentation as plain data, and as text for the command line (`flip,crop4,cutout8`). Each word is one row; what the
 * words do to a picture stands in picture.ts.
 */
import { checkOptions } from '../core/options.ts'
import type { Volume } from '../core/shapes.ts'
import { AugmentationError } from './errors.ts'

/** What may happen to a training picture. Absent means: does not happen. */
export interface Augmentation {
  /** Mirrored left to right, every second time. */
  readonly flip?: boolean
  /** Pixels that are padded on each side, before a random part of the original size is cut out (He et al. 2016, §4.2: 4). */
  readonly crop?: number
  /** What the padding of `crop` holds: 0 after normalization, the mean color ('zero', the default), or the mirrored picture. */
  readonly border?: 'zero' | 'reflect'
  /** A square of this side, centered anywhere and clipped, becomes 0 after normalization (DeVries & Taylor 2017: 16, CIFAR-100 8). */
  readonly cutout?: number
}

interface Word {
  readonly pattern: RegExp
  readonly usage: string
  read(pixels: number): Augmentation
  print(augmentation: Augmentation): string | undefined
}

const words: readonly Word[] = [
  {
    pattern: /^flip$/,
    usage: 'flip',
    read: () => ({ flip: true }),
    print: (a) => (a.flip ? 'flip' : undefined),
  },
  {
    pattern: /^crop(\d{1,4})$/,
    usage: 'crop4 (pixels of padding)',
    read: (crop) => ({ crop }),
    print: (a) => (a.crop ? `crop${a.crop}` : undefined),
  },
  {
    pattern: /^reflect$/,
    usage: 'reflect (how crop pads)',
    read: () => ({ border: 'reflect' }),
    print: (a) => (a.border === 'reflect' ? 'reflect' : undefined),
  },
  {
    pattern: /^cutout(\d{1,4})$/,
    usage: 'cutout8 (side of the square)',
    read: (cutout) => ({ cutout }),
    print: (a) => (a.cutout ? `cutout${a.cutout}` : undefined),
  },
]

/**
 * Reads `flip,crop4,cutout8`; '' and `none` mean no augmentation.
 *
 * @throws {AugmentationError} an unknown or repeated word, naming what is known
 */
export function parseAugmentation(text: string): Augmentation {
  let augmentation: Augmentation = {}
  const seen = new Set<Word>()
  for (const part of text.toLowerCase().split(',')) {
    const trimmed = part.trim()
    if (trimmed === '' || trimmed === 'none') continue
    const word = words.find(({ pattern }) => pattern.test(trimmed))
    if (word === undefined || seen.has(word))
      throw new AugmentationError(
        word ? `"${trimmed}" stands twice in "${text}"` : `unknown augmentation "${trimmed}"`,
        {
          received: text,
          expected: `${words.map(({ usage }) => usage).join(', ')}, separated by commas, each at most once`,
          advice: '--augment flip,crop4',
        },
      )
    seen.add(word)
    augmentation = { ...augmentation, ...word.read(Number(word.pattern.exec(trimmed)?.[1])) }
  }
  return augmentation
}

/** `flip,crop4,cutout8`, or `none`. `parseAugmentation` reads it back. */
export function printAugmentation(augmentation: Augmentation): string {
  return words.flatMap((word) => word.print(augmentation) ?? []).join(',') || 'none'
}

/** @throws {AugmentationError} pixels that are no whole number or larger than the picture */
export function checkAugmentation(augmentation: Augmentation, { height, width }: Volume): void {
  checkOptions<Augmentation>('augment', augmentation, { flip: true, crop: true, border: true, cutout: true })
  const shorter = Math.min(height, width)
  for (const [word, pixels, most] of [
    ['crop', augmentation.crop ?? 0, shorter - 1],
    ['cutout', augmentation.cutout ?? 0, shorter],
  ] as const)
    if (!Number.isInteger(pixels) || pixels < 0 || pixels > most)
      throw new AugmentationError(`${word} does not fit images of ${height}×${width}`, {
        received: `${pixels} pixels`,
        expected: `a whole number from 0 to ${most}`,
      })
}
