/** The sources of images that the Studio knows. All are data sets of the library: in memory, or in a store that reads. */

import type { Volume } from 'lenslet/core'
import { type Dataset, idxDataset } from 'lenslet/data'
import type { DataFacts, DataName } from '../train/messages.ts'
import { fetchDigits } from './digits.ts'

/** Told the share that is read, 0 to 1. */
type Heard = (share: number) => void

/** One line a source. */
const sources: Readonly<Record<DataName, (heard: Heard, input: Volume) => Promise<Dataset>>> = {
  mnist: async (heard) => idxDataset(await fetchDigits('digits.bin', heard)),
  'mnist-whole': async (heard) => idxDataset(await fetchDigits('digits-whole.bin', heard)),
  pictures: async (heard, input) => (await import('../pictures/dataset.ts')).picturesDataset(input, undefined, heard),
}

/** @param input of the network, to which images of any size are brought */
export function openData(name: DataName, heard: Heard, input: Volume): Promise<Dataset> {
  return sources[name](heard, input)
}

export function factsOf(name: DataName, { classes, train, test }: Dataset): DataFacts {
  const { height, width, channels } = train
  return { name, classes, size: { height, width, channels }, train: train.count, test: test.count }
}
