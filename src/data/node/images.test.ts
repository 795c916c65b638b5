// Folders of pictures: classes, splits, broken files, bounds.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ArgumentError } from '../../core/errors.ts'
import { allPictures } from '../all.ts'
import { BrokenPicturesError, DatasetError, EmptyClassError } from '../errors.ts'
import { temporaryFolder } from '../testing/archives.ts'
import { folderOf, numbered } from '../testing/folders.ts'
import { openImages } from './images.ts'

const size = { height: 2, width: 2, channels: 3 }

/** Red of each picture with its label. */
const reds = ({ images, labels }: { images: Uint8Array; labels: ArrayLike<number> }) =>
  Array.from(labels, (label, i) => `${images[i * 12]}:${label}`)

describe('openImages', () => {
  it('takes a folder a class, in the order of names, and the split of the folder', async () => {
    const folder = await folderOf({
      ...numbered('train/dog', 2, 10),
      ...numbered('train/cat', 3, 20),
      ...numbered('test/dog', 1, 30),
      'train/.hidden/x.txt': 'no class',
      'train/dog/notes.txt': 'no picture',
      'train/readme.md': 'no class',
    })
    const { classes, train, test } = await openImages(folder, { size })
    expect(classes).toEqual(['cat', 'dog'])
    expect(reds(train)).toEqual(['20:0', '21:0', '22:0', '10:1', '11:1'])
    expect(reds(test)).toEqual(['30:1'])
  })

  it('splits each class by seed where the folder has no split', async () => {
    const folder = await folderOf({ ...numbered('a', 10), ...numbered('b', 5, 100), ...numbered('c', 1, 200) })
    const { train, test } = await openImages(folder, { size })
    expect(reds(test).map((text) => text.split(':')[1])).toEqual(['0', '0', '1'])
    expect([...reds(train), ...reds(test)].sort()).toHaveLength(16)
    expect(new Set([...reds(train), ...reds(test)]).size).toBe(16)
    expect(reds((await openImages(folder, { size })).test)).toEqual(reds(test))
    const others = await Promise.all([1, 2, 3].map((seed) => openImages(folder, { size, splitSeed: seed })))
    expect(others.some((other) => reds(other.test).join() !== reds(test).join())).toBe(true)
    const half = await openImages(folder, { size, testFraction: 0.5 })
    expect(half.test.count).toBe(5 + 3)
    await expect(openImages(folder, { size, testFraction: 1 })).rejects.toThrow(/from 0 to below 1/)
  })

  it('holds out validation images beside the test images, one after another in one memory', async () => {
    const folder = await folderOf({ ...numbered('a', 10), ...numbered('b', 20, 100), ...numbered('c', 2, 200) })
    const data = await openImages(folder, { size, validationFraction: 0.1 })
    const { train, validation, test, testFraction } = data
    expect([train.count, validation?.count, test.count, testFraction]).toEqual([7 + 14 + 1, 1 + 2, 2 + 4 + 1, 0.2])
    const all = allPictures(data)
    expect(all.images.buffer).toBe(train.images.buffer)
    expect(new Set(reds(all)).size).toBe(32)
    // The test pictures do not depend on whether there is a validation split.
    expect(reds((await openImages(folder, { size })).test)).toEqual(reds(test))
    const none = await openImages(folder, { size, testFraction: 0 })
    expect([none.train.count, none.test.count, none.testFraction]).toEqual([32, 0, undefined])
    expect(none.notices.map(({ message }) => message)).toContainEqual(
      expect.stringMatching(/^there are no test images$/),
    )
    await expect(openImages(folder, { size, testFraction: 0.5, validationFraction: 0.5 })).rejects.toThrow(/below 1/)
    await expect(openImages(folder, { size, splitSeed: 0.5 })).rejects.toThrow(ArgumentError)
  })

  it('refuses a fraction for a split that the folder has', async () => {
    const folder = await folderOf({
      ...numbered('train/a', 9),
      ...numbered('val/a', 2, 50),
      ...numbered('test/a', 2, 90),
    })
    await expect(openImages(folder, { size, testFraction: 0.5 })).rejects.toThrow(/testFraction has no effect/)
    await expect(openImages(folder, { size, validationFraction: 0.5 })).rejects.toThrow(/validationFraction has no/)
    const other = await folderOf({ ...numbered('train/a', 9), ...numbered('val/a', 2, 50) })
    const { train, validation, test } = await openImages(other, { size, validationFraction: 0.34 })
    expect([train.count, validation?.count, test.count]).toEqual([6, 3, 2])
  })

  it('says when color becomes gray, when gray fills three channels, and what classes lack', async () => {
    const folder = await folderOf({ ...numbered('a', 40, 100), ...numbered('b', 2, 150), ...numbered('c', 1, 200) })
    const says = async (path: string, channels: number) =>
      (await openImages(path, { size: { ...size, channels } })).notices.map(({ message }) => message)
    expect(await says(folder, 1)).toEqual([
      expect.stringMatching(/^all 43 images are in color and become gray: .* such as INPUT 2x2x3$/),
      'the classes are out of balance: a has 32 training images, b has 1',
      'no test images of the class c',
    ])
    expect((await says(folder, 3)).join()).not.toMatch(/gray/)
    const gray = await folderOf(numbered('only', 4, 0))
    expect((await openImages(gray, { size })).colors).toEqual({ color: 0, gray: 4 })
    expect(await says(gray, 3)).toEqual([
      expect.stringMatching(/^all 4 images are gray/),
      expect.stringMatching(/only one class, only/),
    ])
    expect((await says(gray, 1)).join()).not.toMatch(/gray/)
  })

  it('splits DIR/train where there is no DIR/test, and takes DIR/val for one', async () => {
    const folder = await folderOf({ ...numbered('train/a', 5), ...numbered('train/b', 5, 50) })
    expect((await openImages(folder, { size })).classes).toEqual(['a', 'b'])
    const other = await folderOf({ ...numbered('train/a', 5), ...numbered('val/a', 2, 50) })
    expect((await openImages(other, { size })).test.count).toBe(2)
  })

  it('names an empty class folder, and a class that only the test has', async () => {
    const folder = await folderOf(numbered('a', 2))
    await mkdir(join(folder, 'b'))
    await expect(openImages(folder, { size })).rejects.toBeInstanceOf(EmptyClassError)
    await expect(openImages(folder, { size })).rejects.toThrow(join(folder, 'b'))
    const other = await folderOf({ ...numbered('train/a', 2), ...numbered('test/z', 2) })
    await expect(openImages(other, { size })).rejects.toThrow(/received: z/)
    const upper = await folderOf({ ...numbered('train/a', 2), ...numbered('test/A', 2) })
    await expect(openImages(upper, { size })).rejects.toThrow(/try: rename it to a/)
  })

  it('names all broken images at once, or leaves them out and says which', async () => {
    const folder = await folderOf({
      ...numbered('a', 5),
      'a/0.png': 'broken',
      'a/3.png': 'broken',
      ...numbered('b', 2, 50),
    })
    const opening = openImages(folder, { size })
    await expect(opening).rejects.toBeInstanceOf(BrokenPicturesError)
    await expect(opening).rejects.toThrow(/2 of the 7 images[\s\S]*0\.png: [\s\S]*3\.png: [\s\S]*--skip-bad/)
    const broken: string[] = []
    const { train, test, notices } = await openImages(folder, { size, onBroken: ({ file }) => broken.push(file) })
    expect(broken.sort()).toEqual([join(folder, 'a', '0.png'), join(folder, 'a', '3.png')])
    expect([...reds(train), ...reds(test)].sort()).toEqual(['1:0', '2:0', '4:0', '50:1', '51:1'])
    expect(notices.find(({ kind }) => kind === 'broken')).toMatchObject({ count: 2 })
  })

  it('names at most twenty broken images, and a class of which nothing is left', async () => {
    const folder = await folderOf({ ...Object.fromEntries(Array.from({ length: 23 }, (_, i) => [`a/${i}.png`, 'x'])) })
    const error = await openImages(folder, { size }).catch((thrown: unknown) => thrown as BrokenPicturesError)
    expect((error as BrokenPicturesError).pictures).toHaveLength(23)
    expect((error as Error).message.match(/\.png: /g)).toHaveLength(20)
    expect((error as Error).message).toMatch(/and 3 more/)
    await expect(openImages(folder, { size, onBroken: () => {} })).rejects.toBeInstanceOf(EmptyClassError)
  })

  it('refuses a limit that leaves no memory for decoding', async () => {
    const folder = await folderOf(numbered('a', 2))
    const opening = openImages(folder, { size, memoryLimit: 23, cache: await temporaryFolder() })
    await expect(opening).rejects.toThrow(/2 of the 2 images[\s\S]*the limit for decoding is 23 bytes/)
  })

  it('reports progress, stops when told to, and refuses what is no folder of folders', async () => {
    const folder = await folderOf(numbered('a', 4))
    const seen: number[] = []
    await openImages(folder, { size, onProgress: ({ decoded, total }) => seen.push(decoded, total) })
    expect(seen).toEqual([1, 4, 2, 4, 3, 4, 4, 4])
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(openImages(folder, { size, signal })).rejects.toThrow('enough')
    await expect(openImages(join(folder, 'a'), { size })).rejects.toThrow(/no class folders/)
    await expect(openImages(join(folder, 'missing'), { size })).rejects.toBeInstanceOf(DatasetError)
  })
})
