/** The sources of images that the Studio knows. All are data sets of the library: in memory, or in a store that reads. */

import { type Dataset, idxDataset, type Normalization, type PictureSize } from 'lenslet/data'
import type { DataName } from '../train/dataNames.ts'
import type { DataFacts } from '../train/messages.ts'
import { givenCifar } from './cifar.ts'
import { fetchDigits } from './digits.ts'

/** Told the share that is read, 0 to 1. */
type Heard = (share: number) => void

/** How a network wants images, of sources that have them of any size. */
interface Wanted {
  readonly input: PictureSize
  /** That of a trained network. */
  readonly normalization?: Normalization | undefined
}

/** One line a source. */
const sources: Readonly<Record<DataName, (heard: Heard, wanted: Wanted) => Promise<Dataset>>> = {
  mnist: async (heard) => idxDataset(await fetchDigits('digits.bin', heard)),
  'mnist-whole': async (heard) => idxDataset(await fetchDigits('digits-whole.bin', heard)),
  cifar10: async () => givenCifar(),
  // Those of a project change while the page is open: each training takes them as they are.
  pictures: async (heard, { input, normalization }) =>
    (await import('../pictures/dataset.ts')).picturesDataset(input, normalization, heard),
}

let opened: { readonly name: DataName; readonly data: Dataset } | undefined

/** The last one that was opened is kept. */
export async function openData(name: DataName, wanted: Wanted, heard: Heard): Promise<Dataset> {
  if (opened?.name === name && name !== 'pictures') return opened.data
  const data = await sources[name](heard, wanted)
  opened = { name, data }
  return data
}

/** The images of a source are no longer what they were: it is opened again when it is next asked for. */
export function forgetData(name: DataName): void {
  if (opened?.name === name) opened = undefined
}

export function factsOf(name: DataName, { classes, train, test }: Dataset): DataFacts {
  const { height, width, channels } = train
  return { name, classes, size: { height, width, channels }, train: train.count, test: test.count }
}
