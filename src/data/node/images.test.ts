// Folders of pictures: classes, splits, broken files, bounds.
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { BrokenPicturesError, DatasetError, EmptyClassError } from '../errors.ts'
import { temporaryFolder } from '../testing/archives.ts'
import { plain } from '../testing/pictures.ts'
import { openImages } from './images.ts'

const size = { height: 2, width: 2, channels: 3 }

/** Writes pictures whose red says which they are; a string is written as it is. */
async function folderOf(files: Readonly<Record<string, number | string>>): Promise<string> {
  const folder = await temporaryFolder()
  for (const [name, contents] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), typeof contents === 'string' ? contents : await plain(3, 3, [contents, 0, 0]))
  }
  return folder
}

const numbered = (folder: string, count: number, first = 0) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`${folder}/${i}.png`, first + i] as const))

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

  it('names all broken pictures at once, or leaves them out and says which', async () => {
    const folder = await folderOf({
      ...numbered('a', 5),
      'a/0.png': 'broken',
      'a/3.png': 'broken',
      ...numbered('b', 2, 50),
    })
    const opening = openImages(folder, { size })
    await expect(opening).rejects.toBeInstanceOf(BrokenPicturesError)
    await expect(opening).rejects.toThrow(/2 of the 7 pictures[\s\S]*0\.png: [\s\S]*3\.png: [\s\S]*--skip-broken/)
    const broken: string[] = []
    const { train, test, notices } = await openImages(folder, { size, onBroken: ({ file }) => broken.push(file) })
    expect(broken.sort()).toEqual([join(folder, 'a', '0.png'), join(folder, 'a', '3.png')])
    expect([...reds(train), ...reds(test)].sort()).toEqual(['1:0', '2:0', '4:0', '50:1', '51:1'])
    expect(notices.find(({ kind }) => kind === 'broken')).toMatchObject({ count: 2 })
  })

  it('names at most twenty broken pictures, and a class of which nothing is left', async () => {
    const folder = await folderOf({ ...Object.fromEntries(Array.from({ length: 23 }, (_, i) => [`a/${i}.png`, 'x'])) })
    const error = await openImages(folder, { size }).catch((thrown: unknown) => thrown as BrokenPicturesError)
    expect((error as BrokenPicturesError).pictures).toHaveLength(23)
    expect((error as Error).message.match(/\.png: /g)).toHaveLength(20)
    expect((error as Error).message).toMatch(/and 3 more/)
    await expect(openImages(folder, { size, onBroken: () => {} })).rejects.toBeInstanceOf(EmptyClassError)
  })

  it('refuses more than may be in memory before it decodes anything', async () => {
    const folder = await folderOf({ 'a/0.png': 'never read', 'a/1.png': 'never read' })
    await expect(openImages(folder, { size, memoryLimit: 23 })).rejects.toThrow(/2 pictures of 12 bytes, 24 in all/)
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
