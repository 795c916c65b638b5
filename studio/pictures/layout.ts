/**
 * Which class each dropped file belongs to, by its path: a folder per class, in folders of any depth, also in folders of splits
 * (train/cat, test/cat). As `images:FOLDER` of the command line has it, but nothing that was dropped is refused: images without
 * a folder become a class of their own.
 */

import { sameForm } from 'lenslet/core'
import type { Part } from './store/journal.ts'

export interface Placed {
  /** Which of the paths. */
  readonly index: number
  readonly className: string
  readonly part: Part | undefined
  /** Its path below the folder of its class. */
  readonly name: string
}

export interface Layout {
  readonly placed: readonly Placed[]
  /** Files that are no images by their names. */
  readonly others: readonly string[]
}

/** Formats that browsers decode, and formats of images that they do not, which are refused one by one. */
const endings =
  /\.(png|apng|jpe?g|jpe|jfif|jif|webp|gif|avif|bmp|dib|ico|svg|heic|heif|tiff?|jxl|jp2|j2k|psd|tga|p[gpbn]m|raw|dng|cr[23]|nef|arw|orf)$/i
const litter =
  /(^|\/)(\.[^/]*|__macosx|@eadir|@recycle|#recycle|\$recycle\.bin|system volume information|lost\+found|__pycache__|thumbs\.db|ehthumbs\.db|desktop\.ini|icon\r)(\/|$)/i

/** Names of the folders of a split, in any case. */
const splits: Readonly<Record<Part, RegExp>> = {
  train: /^(train|training)$/i,
  validation: /^(val|valid|validation|dev)$/i,
  test: /^(test|testing)$/i,
}
const splitOf = (folder: string) => (Object.keys(splits) as Part[]).find((part) => splits[part].test(folder))

/** The class of images that lie in no folder. */
export const unsorted = 'unsorted'

/** @param into all images are of this class, whatever their folders */
export function layoutOf(paths: readonly string[], into?: string): Layout {
  const others: string[] = []
  const images: { readonly index: number; readonly parts: readonly string[] }[] = []
  paths.forEach((path, index) => {
    if (litter.test(path)) return
    if (endings.test(path)) images.push({ index, parts: path.split('/').filter((part) => part !== '') })
    else others.push(path)
  })
  if (into !== undefined) {
    const placed = images.map(({ index, parts }) => ({
      index,
      className: into,
      part: undefined,
      name: parts.join('/'),
    }))
    return { placed, others }
  }
  const depth = rootDepth(images.map(({ parts }) => parts))
  const below = images.map(({ index, parts }) => ({ index, parts: parts.slice(depth) }))
  const areSplits = holdsSplits(below.map(({ parts }) => parts))
  const placed = below.map(({ index, parts }): Placed => {
    const part = areSplits && parts.length > 2 ? splitOf(parts[0] as string) : undefined
    const [first, ...rest] = part === undefined ? parts : parts.slice(1)
    if (first !== undefined && rest.length > 0) return { index, className: sameForm(first), part, name: rest.join('/') }
    return { index, className: unsorted, part: undefined, name: parts.join('/') }
  })
  return { placed, others }
}

/** How many folders lead to the folders of the classes. Images that are all in one folder are of one class, named by it. */
function rootDepth(images: readonly (readonly string[])[]): number {
  const [first = []] = images
  let shared = Math.max(0, first.length - 1)
  for (const parts of images) {
    let same = 0
    while (same < shared && same < parts.length - 1 && parts[same] === first[same]) same += 1
    shared = same
  }
  const areAllInIt = images.every((parts) => parts.length === shared + 1)
  return Math.max(0, areAllInIt ? shared - 1 : shared)
}

/** Whether there are images in train/CLASS, and in another split's folder. */
function holdsSplits(images: readonly (readonly string[])[]): boolean {
  const found = new Set(images.filter((parts) => parts.length > 2).map((parts) => splitOf(parts[0] as string)))
  return found.has('train') && (found.has('test') || found.has('validation'))
}
