/** Data sets by the names that the command line uses. Each form is a row. */
import { stat } from 'node:fs/promises'
import type { Dataset } from '../dataset.ts'
import { UnknownDatasetError } from '../errors.ts'
import type { PictureSize } from '../resize.ts'
import { openCifar10, openCifar10At } from './cifar10.ts'
import { type ImagesOptions, openImages } from './images.ts'
import { openMnist, openMnistFolder } from './mnist.ts'
import type { FetchOptions } from './package.ts'

export interface OpenOptions extends FetchOptions {
  /** The network's input: what `images:FOLDER` brings its pictures to. Other data sets have a size of their own. */
  readonly size?: PictureSize | undefined
  /** For `images:FOLDER`. */
  readonly images?: Omit<ImagesOptions, 'size' | 'signal'> | undefined
}

interface Form {
  readonly usage: string
  readonly says: string
  readonly word: string
  /** Whether something must follow a colon. */
  readonly needsPath: boolean
  open(path: string | undefined, options: OpenOptions): Promise<Dataset>
}

/** What `openDataset` understands. */
export const datasetForms: readonly Form[] = [
  {
    usage: 'mnist',
    says: 'handwritten digits, 28×28×1; fetched once',
    word: 'mnist',
    needsPath: false,
    open: (path, options) => (path === undefined ? openMnist(options) : openMnistFolder(path)),
  },
  {
    usage: 'cifar10',
    says: 'ten kinds of things and animals, 32×32×3; fetched once',
    word: 'cifar10',
    needsPath: false,
    open: (path, options) => (path === undefined ? openCifar10(options) : openCifar10At(path)),
  },
  {
    usage: 'images:FOLDER',
    says: 'your own pictures, a folder a class',
    word: 'images',
    needsPath: true,
    open: (path, options) => openFolder(path as string, options),
  },
]

/**
 * Opens `mnist`, `mnist:FOLDER`, `cifar10`, `cifar10:FOLDER`, `cifar10:FILE.tar.gz` or `images:FOLDER`.
 *
 * @throws {UnknownDatasetError} another name, or a path that is missing
 * @throws {LensletError} whatever opening the data finds wrong
 */
export async function openDataset(spec: string, options: OpenOptions = {}): Promise<Dataset> {
  const colon = spec.indexOf(':')
  const word = (colon < 0 ? spec : spec.slice(0, colon)).trim().toLowerCase()
  const path = colon < 0 ? undefined : spec.slice(colon + 1).trim()
  const form = datasetForms.find((row) => row.word === word)
  if (form === undefined) throw await unknown(spec, word)
  if (path === '' || (path === undefined && form.needsPath))
    throw new UnknownDatasetError(`${form.word}: names no place`, {
      received: spec,
      expected: `${form.word}:FOLDER`,
      advice: `--data ${form.word}:./pictures`,
    })
  if (path !== undefined && !(await isThere(path)))
    throw new UnknownDatasetError(`there is no ${path}`, {
      received: spec,
      expected: 'a folder or a file that exists',
      advice: 'check the path; it is relative to the folder that you are in',
    })
  return form.open(path, options)
}

async function openFolder(path: string, { size, images, signal }: OpenOptions): Promise<Dataset> {
  if (size === undefined)
    throw new UnknownDatasetError('pictures of your own need a size', {
      received: `images:${path} without a size`,
      expected: "the network's input, height × width × channels",
      advice: 'pass { size: { height: 32, width: 32, channels: 3 } }',
    })
  return openImages(path, { ...images, size, signal })
}

async function unknown(spec: string, word: string): Promise<UnknownDatasetError> {
  const near = datasetForms.find(
    (row) => row.word.startsWith(word.slice(0, 3)) || word.startsWith(row.word.slice(0, 4)),
  )
  const advice = (await isThere(spec)) ? `images:${spec}` : near ? near.usage : 'mnist'
  return new UnknownDatasetError(`unknown data set "${spec}"`, {
    received: spec,
    expected: datasetForms.map(({ usage }) => usage).join(', '),
    advice: `--data ${advice}`,
  })
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
