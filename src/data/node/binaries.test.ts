// CIFAR-100, STL-10 and folders named by WordNet's numbers, on small files of their layouts.
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { LabelRangeError, TruncatedFileError } from '../errors.ts'
import { folderOf, numbered } from '../testing/folders.ts'
import { openCifar100At, openStl10At } from './binaries.ts'
import { openImages } from './images.ts'
import { openDataset } from './open.ts'

describe('CIFAR-100', () => {
  const names = Array.from({ length: 100 }, (_, i) => `name${i}`).join('\n')
  /** Coarse label, fine label, planes of red 1, green 2, blue 3. */
  const record = (fine: number) => [
    fine % 20,
    fine,
    ...Array.from({ length: 3072 }, (_, i) => 1 + Math.floor(i / 1024)),
  ]
  const files = (train: readonly number[]) => ({
    'cifar-100-binary/train.bin': Uint8Array.from(train),
    'cifar-100-binary/test.bin': Uint8Array.from(record(5)),
    'cifar-100-binary/fine_label_names.txt': `${names}\n`,
  })

  it('has the fine labels and channels side by side', async () => {
    const data = await openDataset(`cifar100:${await folderOf(files([...record(99), ...record(3)]))}`)
    expect(data.classes).toHaveLength(100)
    expect(data.classes[99]).toBe('name99')
    expect([...data.train.labels]).toEqual([99, 3])
    expect([...data.train.images.subarray(0, 6)]).toEqual([1, 2, 3, 1, 2, 3])
    expect([...data.test.labels]).toEqual([5])
  })

  it('names files that are missing, cut short or of something else', async () => {
    const { 'cifar-100-binary/test.bin': _, ...missing } = files(record(1))
    await expect(openCifar100At(await folderOf(missing))).rejects.toThrow(/no test\.bin/)
    await expect(openCifar100At(await folderOf(files(record(1).slice(1))))).rejects.toBeInstanceOf(TruncatedFileError)
    await expect(openCifar100At(await folderOf(files(record(100))))).rejects.toBeInstanceOf(LabelRangeError)
  })
})

describe('STL-10', () => {
  const plane = 96 * 96
  /** Column by column: red is 1 in the first column, green is 2 in the first row. */
  const picture = Uint8Array.from({ length: 3 * plane }, (_, i) =>
    i < plane ? Number(i < 96) : i < 2 * plane ? 2 * Number(i % 96 === 0) : 0,
  )
  const files = (labels: readonly number[]) => ({
    'train_X.bin': picture,
    'train_y.bin': Uint8Array.from(labels),
    'test_X.bin': picture,
    'test_y.bin': Uint8Array.of(10),
  })

  it('has rows of rows, and labels from 0', async () => {
    const { train, test } = await openDataset(`stl10:${await folderOf(files([1]))}`)
    expect([...train.labels, ...test.labels]).toEqual([0, 9])
    const at = (y: number, x: number) => [...train.images.subarray((y * 96 + x) * 3, (y * 96 + x) * 3 + 3)]
    expect([at(0, 0), at(0, 5), at(5, 0), at(5, 5)]).toEqual([
      [1, 2, 0],
      [0, 2, 0],
      [1, 0, 0],
      [0, 0, 0],
    ])
  })

  it('refuses labels that do not fit', async () => {
    await expect(openStl10At(await folderOf(files([0])))).rejects.toBeInstanceOf(LabelRangeError)
    await expect(openStl10At(await folderOf(files([1, 2])))).rejects.toThrow(/2 labels[\s\S]*1, one for each image/)
  })
})

describe("folders named by WordNet's numbers", () => {
  const size = { height: 3, width: 3, channels: 3 }
  const text = 'n00000002 crane, a bird\nn00000009 zebra\nn00000005 crane, a machine\n'
  const folders = { ...numbered('n00000005', 2), ...numbered('n00000002', 2), ...numbered('n00000009', 2) }

  it('get the names of the file, in the order of the numbers', async () => {
    const folder = await folderOf({ ...folders, 'synset_words.txt': text })
    const { classes, notices } = await openImages(folder, { size })
    expect(classes).toEqual(['crane (n00000002)', 'crane (n00000005)', 'zebra'])
    expect(notices.filter(({ kind }) => kind === 'left out')).toEqual([])
    const split = await folderOf({
      ...numbered('train/n00000002', 2),
      ...numbered('val/n00000002', 1),
      'names.txt': text,
    })
    const given = await openImages(split, { size, synsets: join(split, 'names.txt') })
    expect(given.classes).toEqual(['crane'])
    expect(given.test.count).toBe(1)
  })

  it('are refused where a name is missing', async () => {
    const folder = await folderOf({ ...folders, 'synset_words.txt': text.replace('n00000009 zebra\n', '') })
    await expect(openImages(folder, { size })).rejects.toThrow(/no name for the class folder n00000009/)
    await expect(openImages(folder, { size, synsets: join(folder, 'nowhere') })).rejects.toThrow(/cannot read/)
  })
})
