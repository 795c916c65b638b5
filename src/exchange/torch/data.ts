/** The images of a training for PyTorch: their bytes as a safetensors file, or a list of their files. */

import { relative, sep } from 'node:path'
import type { Dataset, Split } from '../../data/dataset.ts'
import type { SplitFiles } from '../../data/node/images.ts'
import { readPictures } from '../../data/store.ts'
import { type StoredTensor, safetensorsParts } from '../../model/safetensors.ts'
import { hasPictures } from '../../train/splits.ts'
import type { ImageFiles, ImageList } from './recipe.ts'

/** How many images of a store are read at a time. */
const portion = 256

interface Part {
  readonly name: string
  readonly dtype: string
  readonly shape: readonly number[]
  readonly byteLength: number
  bytes(): AsyncIterable<Uint8Array>
}

const namesOf = ['train', 'validation', 'test'] as const

function splitsOf(dataset: Dataset) {
  return namesOf.flatMap((name) => {
    const split = dataset[name]
    return hasPictures(split) ? [{ name, split }] : []
  })
}

/** The bytes of `data.safetensors`, in order. Labels come first, so that all arrays lie at multiples of their items. */
export async function* dataParts(dataset: Dataset): AsyncGenerator<Uint8Array> {
  const splits = splitsOf(dataset)
  const parts = [
    ...splits.map(({ name, split }) => targetsPart(name, split)),
    ...splits.map(({ name, split }) => imagesPart(name, split)),
  ]
  // The header needs only type, shape and length of what is stored.
  const tensors = new Map(parts.map((part) => [part.name, part as unknown as StoredTensor]))
  const [header] = safetensorsParts(tensors, { format: 'lenslet.data' })
  yield header as Uint8Array
  for (const part of parts) yield* part.bytes()
}

function targetsPart(name: string, { count, labels, targets }: Split): Part {
  const values = targets ?? Int32Array.from(labels)
  return {
    name: `${name}.${targets === undefined ? 'labels' : 'targets'}`,
    dtype: targets === undefined ? 'I32' : 'F32',
    shape: targets === undefined ? [count] : [count, targets.length / count],
    byteLength: values.byteLength,
    async *bytes() {
      yield new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
    },
  }
}

function imagesPart(name: string, split: Split): Part {
  const { count, height, width, channels, images, store } = split
  return {
    name: `${name}.images`,
    dtype: 'U8',
    shape: [count, height, width, channels],
    byteLength: count * height * width * channels,
    async *bytes() {
      if (store === undefined) yield images
      else
        for (let from = 0; from < count; from += portion) {
          const indexes = Array.from({ length: Math.min(portion, count - from) }, (_, i) => from + i)
          yield (await readPictures(split, indexes)).images
        }
    },
  }
}

/** @param files as opening the folder `root` gave them; labels and targets are those of the splits, in the network's order */
export function imageList(root: string, dataset: Dataset, files: SplitFiles): ImageList {
  const found = new Map(splitsOf(dataset).map(({ name, split }) => [name, filesOf(root, split, files[name])]))
  return {
    format: 'lenslet.images',
    version: 1,
    train: found.get('train') as ImageFiles,
    validation: found.get('validation') ?? null,
    test: found.get('test') ?? null,
  }
}

function filesOf(root: string, { labels, targets, count }: Split, files: readonly string[]): ImageFiles {
  const width = (targets?.length ?? 0) / count
  return {
    files: files.map((file) => relative(root, file).replaceAll(sep, '/')),
    labels: targets === undefined ? [...labels] : null,
    targets:
      targets === undefined
        ? null
        : Array.from({ length: count }, (_, i) => [...targets.subarray(i * width, (i + 1) * width)]),
  }
}
