/** All pictures of a data set as one split: what `eval --split all` looks at. */
import { volumeSize } from '../core/shapes.ts'
import type { Dataset, Split } from './dataset.ts'
import { joinStores, storeOf } from './store.ts'

/**
 * Training, validation and test pictures, in this order. Nothing is copied where they lie one after another in one memory,
 * as those of a folder do.
 */
export function allPictures({ train, validation, test }: Dataset): Split {
  const splits = [train, validation, test].filter((part) => part !== undefined && part.count > 0) as Split[]
  if (splits.length === 1) return train
  const count = splits.reduce((sum, part) => sum + part.count, 0)
  const labels = new Uint16Array(count)
  let at = 0
  for (const part of splits) {
    labels.set(part.labels, at)
    at += part.count
  }
  const all = { ...train, ...placed(splits, volumeSize(train)), count, labels }
  if (train.targets === undefined) return all
  return { ...all, targets: Float32Array.from(splits.flatMap(({ targets = new Float32Array() }) => [...targets])) }
}

/** In one memory, or in one store if any of them is in one. */
function placed(splits: readonly Split[], bytesEach: number): Pick<Split, 'images' | 'store'> {
  if (splits.every(({ store }) => store === undefined))
    return { images: joined(splits, splits.reduce((sum, { count }) => sum + count, 0) * bytesEach) }
  const stores = splits.map(({ store, images }) => store ?? storeOf(images, bytesEach))
  return { images: new Uint8Array(), store: joinStores(stores) }
}

function joined(splits: readonly Split[], bytes: number): Uint8Array {
  const [first] = splits as [Split]
  let end = first.images.byteOffset
  const adjacent = splits.every(({ images }) => {
    const follows = images.buffer === first.images.buffer && images.byteOffset === end
    end += images.byteLength
    return follows
  })
  if (adjacent) return new Uint8Array(first.images.buffer, first.images.byteOffset, bytes)
  const out = new Uint8Array(bytes)
  let at = 0
  for (const { images } of splits) {
    out.set(images, at)
    at += images.length
  }
  return out
}
