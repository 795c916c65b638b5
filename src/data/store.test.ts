// Pictures outside of memory: the same batches, bit for bit, as from memory; and what happens when they cannot be read.
import { openAsBlob } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { allPictures } from './all.ts'
import { parseAugmentation } from './augmentation.ts'
import { Batches } from './batches.ts'
import { type Dataset, dataset } from './dataset.ts'
import { holdOut } from './holdOut.ts'
import { measureNormalization, measureStore } from './normalization.ts'
import { blobStore, digestOf, joinStores, type PictureStore, pickFrom, readPictures, storeOf } from './store.ts'
import { temporaryFolder } from './testing/archives.ts'

const count = 23
const [height, width, channels] = [4, 5, 3]
const bytesEach = height * width * channels
const images = Uint8Array.from({ length: count * bytesEach }, (_, i) => Math.imul(i + 1, 0x9e3779b9) >>> 24)
const labels = Array.from({ length: count }, (_, i) => i % 3)
const normalization = measureNormalization(images, channels)
const sized = { height, width, channels, labels }

const made = (from: Uint8Array | PictureStore): Dataset =>
  dataset({
    classes: ['a', 'b', 'c'],
    train: { ...sized, images: from },
    test: { ...sized, images: from },
    normalization,
  })
const inMemory = made(images)

/** Resolves late and in another order than asked. */
function slow(store: PictureStore): PictureStore {
  let reads = 0
  return {
    ...store,
    async read(indexes, out) {
      for (let turns = ++reads % 3; turns >= 0; turns--) await new Promise((resolve) => setImmediate(resolve))
      await store.read(indexes, out)
    },
  }
}

async function all(data: Dataset, augment: string, shuffle = true) {
  const options = { batch: 5, normalization, seed: 2, augment: parseAugmentation(augment), scores: 3, shuffle }
  const batches = new Batches(data.train, options)
  const found: number[] = []
  for (const epoch of shuffle ? [0, 1, 5] : [0])
    for (let step = 0; step < batches.stepsPerEpoch; step++) {
      const values = new Float32Array(5 * bytesEach)
      const targets = new Float32Array(5 * (augment.includes('mix') ? 3 : 1))
      await batches.ready(epoch, step)
      found.push(batches.fill(epoch, step, values, targets), ...values, ...targets)
    }
  return found
}

describe('pictures in a store', () => {
  it.each(['none', 'flip,crop1', 'alternating-flip,rotate9,mixup0.5,cutmix1'])(
    'make the same batches as those in memory: %s',
    async (augment) => {
      const stored = made(slow(storeOf(images, bytesEach)))
      expect(stored.train.images).toHaveLength(0)
      expect(await all(stored, augment)).toEqual(await all(inMemory, augment))
      expect(await all(stored, augment, false)).toEqual(await all(inMemory, augment, false))
    },
  )

  it('must be read before they are used, and a failed read can be tried again', async () => {
    const store = storeOf(images, bytesEach)
    let fails = 2
    const failing: PictureStore = {
      ...store,
      read: (indexes, out) => (fails-- > 0 ? Promise.reject(new Error('no disk')) : store.read(indexes, out)),
    }
    const batches = new Batches(made(failing).train, { batch: 5, normalization })
    const memory = [new Float32Array(5 * bytesEach), new Int32Array(5)] as const
    expect(() => batches.fill(0, 0, ...memory)).toThrow(/have not been read[\s\S]*batches.ready/)
    await expect(batches.ready(0, 0)).rejects.toThrow('no disk')
    await batches.ready(0, 0)
    expect(batches.fill(0, 0, ...memory)).toBe(5)
    await expect(batches.ready(0, 1)).rejects.toThrow('no disk')
    await batches.ready(0, 1)
    expect(batches.fill(0, 1, ...memory)).toBe(5)
  })

  it('are measured, picked, joined and held out as in memory', async () => {
    const store = storeOf(images, bytesEach)
    expect(await measureStore(store, channels)).toEqual(normalization)
    const picked = pickFrom(store, [7, 2, 20])
    const { images: three } = await readPictures({ ...inMemory.train, images: new Uint8Array(), store: picked }, [2, 0])
    expect(three).toEqual((await readPictures(inMemory.train, [20, 7])).images)
    const joined = joinStores([picked, pickFrom(store, [0])])
    const out = new Uint8Array(2 * bytesEach)
    await joined.read([3, 1], out)
    expect([...out]).toEqual([...images.subarray(0, bytesEach), ...images.subarray(2 * bytesEach, 3 * bytesEach)])
    expect(digestOf(joined)).toBe(digestOf(pickFrom(store, [7, 2, 20, 0])))
    expect(digestOf(picked)).not.toBe(digestOf(pickFrom(store, [2, 7, 20])))
    const [held, kept] = [holdOut(made(store), { fraction: 0.3 }), holdOut(inMemory, { fraction: 0.3 })]
    expect(held.validation?.labels).toEqual(kept.validation?.labels)
    const places = Array.from({ length: kept.validation?.count ?? 0 }, (_, i) => i)
    const validation = await readPictures(held.validation as never, places)
    expect(validation.images).toEqual(kept.validation?.images)
    const whole = allPictures(held)
    expect((await readPictures(whole, [0, 45])).images).toEqual((await readPictures(allPictures(kept), [0, 45])).images)
  })

  it('can lie in a Blob, as in a page, and are checked when they are read', async () => {
    const { sums } = storeOf(images, bytesEach)
    const file = join(await temporaryFolder(), 'pixels.bin')
    await writeFile(file, images)
    expect(await all(made(blobStore(await openAsBlob(file), bytesEach, sums)), 'flip')).toEqual(
      await all(inMemory, 'flip'),
    )
    const damaged = images.slice()
    damaged[2 * bytesEach] = (damaged[2 * bytesEach] as number) ^ 1
    const store = blobStore(new Blob([damaged]), bytesEach, sums)
    await expect(store.read([2], new Uint8Array(bytesEach))).rejects.toThrow(/stored image 2 is damaged/)
    expect(() => blobStore(new Blob([damaged.subarray(1)]), bytesEach, sums)).toThrow(/23 × 60 = 1380 bytes/)
    expect(() => made(pickFrom(store, [0]))).toThrow(/images and labels do not match/)
    expect(() => dataset({ classes: ['a', 'b', 'c'], train: { ...sized, images: store } })).toThrow(
      /need a normalization/,
    )
  })
})
