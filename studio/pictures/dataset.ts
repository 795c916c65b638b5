/**
 * The images of the project as a data set of the library. A training can begin while most of them have not been read: those
 * that it needs next are read first. What it sees does not depend on how far the reading is.
 */

import type { Normalization } from 'lenslet/data'
import { type Dataset, dataset, measureStore, type PictureSize, type PictureStore, pickFrom } from 'lenslet/data'
import { askKeeper } from './keep.ts'

/**
 * @param size of the network's input, and how its model wants images prepared
 * @param normalization of the model; without it, that of a sample of the training images is measured
 * @param heard told the share of the sample that is read
 */
export async function picturesDataset(
  size: PictureSize,
  normalization?: Normalization,
  heard: (share: number) => void = () => {},
): Promise<Dataset> {
  const facts = await askKeeper('keeper.snapshot', { size })
  const { height, width, channels } = size
  const all: PictureStore = {
    count: facts.labels.length,
    bytesEach: height * width * channels,
    sums: facts.sums,
    async read(indexes, out) {
      out.set(await askKeeper('keeper.read', { snapshot: facts.id, indexes: Uint32Array.from(indexes) }))
    },
  }
  const split = (indexes: Uint32Array) => ({
    height,
    width,
    channels,
    images: pickFrom(all, indexes),
    labels: Uint16Array.from(indexes, (index) => facts.labels[index] as number),
  })
  const { train, validation, test } = facts.parts
  const sample = pickFrom(all, facts.sample)
  return dataset({
    name: 'images',
    classes: facts.classes,
    train: split(train),
    ...(validation.length > 0 && { validation: split(validation) }),
    ...(test.length > 0 && { test: split(test) }),
    normalization: normalization ?? (await measureStore(sample, channels, (read) => heard(read / sample.count))),
  })
}
