/** The sources of images that the Studio knows. All are data sets of the library: in memory, or in a store that reads. */

import { type Dataset, idxDataset } from 'lenslet/data'
import type { DataFacts, DataName } from '../train/messages.ts'
import { fetchDigits } from './digits.ts'

/** Told the share that is read, 0 to 1. */
type Heard = (share: number) => void

/** One line a source. */
const sources: Readonly<Record<DataName, (heard: Heard) => Promise<Dataset>>> = {
  mnist: async (heard) => idxDataset(await fetchDigits('digits.bin', heard)),
  'mnist-whole': async (heard) => idxDataset(await fetchDigits('digits-whole.bin', heard)),
}

export function openData(name: DataName, heard: Heard): Promise<Dataset> {
  return sources[name](heard)
}

export function factsOf(name: DataName, { classes, train, test }: Dataset): DataFacts {
  const { height, width, channels } = train
  return { name, classes, size: { height, width, channels }, train: train.count, test: test.count }
}
