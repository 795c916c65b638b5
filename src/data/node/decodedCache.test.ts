// Folders that do not fit into memory: the same data as in memory, a cache that is used again, repaired and kept up to date.
import { appendFile, mkdtemp, open, readdir, readFile, rm, truncate, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { Batches } from '../batches.ts'
import type { Dataset, Split } from '../dataset.ts'
import { readPictures } from '../store.ts'
import { addFiles, folderOf, numbered } from '../testing/folders.ts'
import { png } from '../testing/pictures.ts'
import { type ImagesOptions, openImages } from './images.ts'

const size = { height: 4, width: 4, channels: 3 }
let cache = ''
let decoded = 0
let notices: string[] = []

const options = (memoryLimit?: number): ImagesOptions => ({
  size,
  memoryLimit,
  cache,
  onProgress: () => decoded++,
  onNotice: (message) => notices.push(message),
})
const inMemory = 2 ** 30
/** Enough to decode pictures of 3×3 one after the other, and not to hold as many as the folder has. */
const none = 3000
const many = Math.ceil(none / 48) + 5

beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), 'lenslet-data-'))
  decoded = 0
  notices = []
})

afterEach(() => rm(cache, { recursive: true, force: true }))

const opened = (folder: string, limit: number) => openImages(folder, { ...options(limit), validationFraction: 0.2 })
const pixelsOf = async (split: Split) =>
  (
    await readPictures(
      split,
      Array.from({ length: split.count }, (_, i) => i),
    )
  ).images

async function firstBatches({ train, normalization }: Dataset) {
  const batches = new Batches(train, { batch: 7, normalization, seed: 1, augment: { flip: true } })
  const values = new Float32Array(7 * 48)
  const labels = new Int32Array(7)
  const found: number[] = []
  for (let step = 0; step < 3; step++) {
    await batches.ready(0, step)
    batches.fill(0, step, values, labels)
    found.push(...values, ...labels)
  }
  return found
}

/** The two files of the only cache. */
async function cacheFiles() {
  const [name = ''] = (await readdir(join(cache, 'images'))).filter((each) => !each.endsWith('.lock'))
  const folder = join(cache, 'images', name)
  return { pixels: join(folder, 'pixels.bin'), index: join(folder, 'index.jsonl'), folder }
}

describe('a folder that does not fit into memory', () => {
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lenslet-data-'))
    await addFiles(folder, { ...numbered('a', many, 1), ...numbered('b', 9, 5) })
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  it('gives the same data and the same batches as in memory', async () => {
    const [stored, kept] = [await opened(folder, none), await opened(folder, inMemory)]
    expect(stored.train.store).toBeDefined()
    expect(kept.train.store).toBeUndefined()
    for (const split of ['train', 'validation', 'test'] as const) {
      const [a, b] = [stored[split] as Split, kept[split] as Split]
      expect(a.labels).toEqual(b.labels)
      expect(await pixelsOf(a)).toEqual(b.images)
    }
    expect(stored.normalization).toEqual(kept.normalization)
    expect(await firstBatches(stored)).toEqual(await firstBatches(kept))
    expect(stored.notices.map(({ message }) => message).join()).toMatch(/more than the memory limit of 3000/)
  })

  it('is decoded once; then only what has changed', async () => {
    const own = await folderOf({ ...numbered('a', many, 1), ...numbered('b', 3, 5) })
    await opened(own, none)
    expect(decoded).toBe(many + 3)
    await openImages(own, options(none))
    expect(decoded).toBe(many + 3)
    await addFiles(own, { 'a/0.png': 200, 'b/new.png': 100 })
    await utimes(join(own, 'a/0.png'), 1000, 1000)
    const data = await openImages(own, { ...options(none), testFraction: 0 })
    expect(decoded).toBe(many + 5)
    expect([...(await pixelsOf(data.train))].includes(200)).toBe(true)
  })

  it('is read past damage: a changed byte, a file cut short, a line cut short, an index of something else', async () => {
    const first = await opened(folder, none)
    const wanted = await pixelsOf(first.train)
    const { pixels, index } = await cacheFiles()
    const before = await readFile(pixels)
    const file = await open(pixels, 'r+')
    await file.write(Uint8Array.of(99), 0, 1, 48 * 5 + 3)
    await file.close()
    expect(await pixelsOf((await opened(folder, none)).train)).toEqual(wanted)
    for (const damage of [
      () => truncate(pixels, 48 * 7 + 5),
      () => appendFile(index, '[1,2,3'),
      () => writeFile(index, '{"format":"other"}\n[0,1,1,1,1,1,"a/0.png"]\n'),
      () => rm(pixels),
      () => writeFile(pixels, new Uint8Array(before.length)),
    ]) {
      await damage()
      const again = await opened(folder, none)
      expect(await pixelsOf(again.train)).toEqual(wanted)
      expect(again.normalization).toEqual(first.normalization)
    }
  })

  it('goes on where it was stopped', async () => {
    const stop = new AbortController()
    const stopping = openImages(folder, {
      ...options(none),
      signal: stop.signal,
      onProgress: ({ decoded: done }) => done === 20 && stop.abort(new Error('enough')),
    })
    await expect(stopping).rejects.toThrow('enough')
    await openImages(folder, options(none))
    // Those that were being decoded beside the last one are kept or not.
    expect(decoded).toBeLessThanOrEqual(many + 9 - 20)
    expect(decoded).toBeGreaterThan(many + 9 - 30)
  })

  it('names an image that changes during the training', async () => {
    const own = await folderOf({ ...numbered('a', many, 1), ...numbered('b', 3, 5) })
    const { train } = await openImages(own, { ...options(none), testFraction: 0 })
    await addFiles(own, { 'a/0.png': await png(1, 1, 3, [1, 2, 3]) })
    // As long as the cache is intact, nothing is noticed, and nothing has to be.
    await pixelsOf(train)
    await rm((await cacheFiles()).pixels)
    await expect(pixelsOf(train)).rejects.toThrow(/a\/0\.png has changed since the training began/)
  })

  it('makes a cache again that is mostly out of date, and keeps one for data that fits', async () => {
    const own = await folderOf(numbered('a', 5, 1))
    const keep = { ...options(inMemory), keepDecoded: true, testFraction: 0 }
    const first = await openImages(own, keep)
    for (let round = 1; round <= 3; round++) {
      await addFiles(own, numbered('a', 5, 20 * round))
      for (let i = 0; i < 5; i++) await utimes(join(own, `a/${i}.png`), round, round)
      const data = await openImages(own, keep)
      expect(data.train.store).toBeUndefined()
      expect(data.train.images).not.toEqual(first.train.images)
    }
    expect(notices.join()).toMatch(/out of date/)
    const { pixels } = await cacheFiles()
    expect((await readFile(pixels)).length).toBeLessThanOrEqual(15 * 48)
    const before = decoded
    expect((await openImages(own, keep)).train.images[0]).toBe(60)
    expect(decoded).toBe(before)
  })
})
