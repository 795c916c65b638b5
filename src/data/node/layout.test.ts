// What the folders of a folder of pictures are taken for, and what is said of the rest.
import { execFile } from 'node:child_process'
import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it, onTestFinished } from 'vitest'
import { DatasetError, EmptyClassError, LayoutError } from '../errors.ts'
import { folderOf, numbered } from '../testing/folders.ts'
import { type Layout, readLayout } from './layout.ts'
import { readPicture } from './pictureFile.ts'

const counts = (list: Layout['train'] | undefined) =>
  list === undefined ? undefined : Object.fromEntries(list.map(({ name, files }) => [name, files.length]))
const messages = ({ notices }: Layout) => notices.map(({ message }) => message)

describe('a class', () => {
  it('counts images in folders inside it, whatever the case of their endings', async () => {
    const folder = await folderOf({
      ...numbered('cat', 2),
      ...numbered('cat/indoor', 3),
      ...numbered('cat/indoor/at night', 4),
      'dog/1.JPG': 1,
      'dog/2.Jpeg': 1,
      'dog/3.jfif': 1,
      'dog/4.jpe': 1,
      'dog/5.apng': 1,
      'dog/6.WEBP': 1,
      'dog/7.gif': 1,
      'dog/8.tif': 1,
    })
    const layout = await readLayout(folder)
    expect(counts(layout.train)).toEqual({ cat: 9, dog: 8 })
    expect(layout.notices).toEqual([])
  })

  it('leaves out what systems leave in folders, without a notice', async () => {
    const folder = await folderOf({
      ...numbered('cat', 2),
      ...numbered('dog', 2),
      '__MACOSX/cat/._0.png': 'resource fork',
      '@eaDir/cat/0.png': 'preview',
      'cat/@eaDir/0.png': 'preview',
      'cat/Thumbs.db': '',
      'cat/DESKTOP.INI': '',
      'dog/.DS_Store': '',
      '.git/HEAD': '',
      'dog/._0.png': 'resource fork',
    })
    const layout = await readLayout(folder)
    expect(counts(layout.train)).toEqual({ cat: 2, dog: 2 })
    expect(layout.notices).toEqual([])
  })

  it('says with a number what else is left out', async () => {
    const folder = await folderOf({
      ...numbered('cat', 2),
      ...Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`cat/${i}.bmp`, 'BM'])),
      'cat/x.heic': 'x',
      ...numbered('dog', 2),
      'dog/a.txt': '',
      'dog/b.json': '',
      LICENSE: '',
      'loose.png': 1,
      'notes/read.md': '',
    })
    const layout = await readLayout(folder)
    expect(counts(layout.train)).toEqual({ cat: 2, dog: 2 })
    expect(messages(layout).sort()).toEqual([
      expect.stringMatching(/^1 file ending in \.heic is not read \(.*x\.heic\); convert to PNG or JPEG/),
      expect.stringMatching(/^1 image lies beside the class folders of .* and is left out: loose\.png$/),
      '3 files ending in .json, .txt or without an ending are not images and are left out',
      expect.stringMatching(/^40 files ending in \.bmp are not read \(.*0\.bmp, …\); convert to PNG or JPEG/),
      expect.stringMatching(/^the folder .*notes holds no images and is not a class: 1 file ending in \.md/),
    ])
  })

  it('must not be empty, nor hold only images that cannot be read', async () => {
    const folder = await folderOf(numbered('cat', 2))
    await mkdir(join(folder, 'dog'))
    await expect(readLayout(folder)).rejects.toBeInstanceOf(EmptyClassError)
    const bitmaps = await folderOf({ ...numbered('cat', 2), 'dog/1.bmp': 'BM', 'dog/2.bmp': 'BM' })
    await expect(readLayout(bitmaps)).rejects.toThrow(/dog holds no image[\s\S]*2 files ending in \.bmp are not read/)
  })

  it('is no run of Lenslet, nor a folder of runs, wherever they lie', async () => {
    const run = '{"format":"lenslet.run"}'
    const folder = await folderOf({
      ...numbered('cat', 2),
      ...numbered('dog', 2),
      'dog/mine/run.json': run,
      'dog/mine/example-dog.png': 1,
      'runs/one/run.json': run,
      'runs/one/example-cat.png': 1,
      'out/run.json': run,
      'out/example-cat.png': 1,
    })
    const layout = await readLayout(folder)
    expect(counts(layout.train)).toEqual({ cat: 2, dog: 2 })
    expect(messages(layout)).toEqual([
      expect.stringMatching(/^.*mine, .*out, .*one are Lenslet runs and are left out$/),
    ])
    const split = await folderOf({ ...numbered('train/cat', 2), ...numbered('test/cat', 2), 'runs/a/run.json': run })
    expect(messages(await readLayout(split))).toEqual([expect.stringMatching(/a is a Lenslet run/)])
  })

  it('may hold a run.json of another program', async () => {
    const folder = await folderOf({ ...numbered('cat', 2), ...numbered('dog', 2), 'dog/run.json': '{"status":"done"}' })
    expect(counts((await readLayout(folder)).train)).toEqual({ cat: 2, dog: 2 })
  })

  it('has one name in NFC and NFD', async () => {
    const folder = await folderOf({ ...numbered('train/cafe\u0301', 2), ...numbered('test/caf\u00e9', 1) })
    const { classes, test } = await readLayout(folder)
    expect(classes).toEqual(['caf\u00e9'])
    expect(counts(test)).toEqual({ 'caf\u00e9': 1 })
    const both = await folderOf({ ...numbered('cafe\u0301', 2), ...numbered('caf\u00e9', 1) })
    await expect(readLayout(both)).rejects.toThrow(/two folders for one class/)
  })

  it('says where the only one lies deeper than it should', async () => {
    const folder = await folderOf({ ...numbered('v1/train/cat', 2), ...numbered('v1/test/cat', 2) })
    const layout = await readLayout(folder)
    expect(counts(layout.train)).toEqual({ v1: 4 })
    expect(messages(layout)).toEqual([
      expect.stringMatching(/^all images of the class v1 lie in its folders test, train; .*: images:.*v1$/),
    ])
  })

  it('shows control characters of its name as text', async () => {
    const folder = await folderOf({ ...numbered('cat', 2), '\u001b[31mred/x.txt': '' })
    const [message] = messages(await readLayout(folder))
    expect(message).toContain('\\u001b[31mred')
    expect(message).not.toContain('\u001b')
  })
})

describe('splits', () => {
  it.each<[what: string, folders: readonly string[], expected: readonly [number, (number | undefined)?, number?]]>([
    ['train and test', ['train', 'test'], [2, undefined, 3]],
    ['val, tested on', ['train', 'val'], [2, undefined, 3]],
    ['valid, tested on', ['train', 'valid'], [2, undefined, 3]],
    ['validation, tested on', ['Train', 'VALIDATION'], [2, undefined, 3]],
    ['all three', ['training', 'Valid', 'TEST'], [2, 3, 4]],
    ['training images only', ['train'], [2]],
  ])('%s', async (_, folders, [train, validation, test]) => {
    const files = folders.map((name, index) => numbered(`${name}/cat`, index + 2))
    const layout = await readLayout(await folderOf(Object.assign({}, ...files)))
    expect([counts(layout.train), counts(layout.validation), counts(layout.test)]).toEqual(
      [train, validation, test].map((count) => count && { cat: count }),
    )
    expect(layout.notices).toEqual([])
  })

  it('says which folders beside them are not used', async () => {
    const folder = await folderOf({
      ...numbered('train/cat', 2),
      ...numbered('test/cat', 2),
      ...numbered('extra/cat', 3),
      'data.yaml': '',
    })
    expect(messages(await readLayout(folder)).sort()).toEqual([
      '1 file ending in .yaml is not an image and is left out',
      expect.stringMatching(/^the folder .*extra beside the splits is not used \(3 images\)$/),
    ])
  })

  it('says that images without class folders have no labels', async () => {
    const folder = await folderOf({ ...numbered('train/cat', 2), 'test/1.png': 1, 'test/2.png': 1 })
    const layout = await readLayout(folder)
    expect(layout.test).toBeUndefined()
    expect(messages(layout)).toEqual([
      expect.stringMatching(/test is not used: it holds 2 images, but no class folders, so there are no labels/),
    ])
  })

  it('are not used where they hold no images', async () => {
    const folder = await folderOf({ ...numbered('train/cat', 2), ...numbered('val/cat', 3) })
    await mkdir(join(folder, 'test', 'cat'), { recursive: true })
    const layout = await readLayout(folder)
    expect([counts(layout.validation), counts(layout.test)]).toEqual([undefined, { cat: 3 }])
    expect(messages(layout)).toEqual([expect.stringMatching(/test is not used: it holds no images$/)])
  })

  it('keep a class without test images, which is no class of training', async () => {
    const folder = await folderOf({
      ...numbered('train/cat', 2),
      ...numbered('train/dog', 2),
      ...numbered('test/cat', 2),
    })
    await mkdir(join(folder, 'test', 'dog'))
    expect(counts((await readLayout(folder)).test)).toEqual({ cat: 2, dog: 0 })
  })

  it('are classes where train holds images and no folders', async () => {
    const folder = await folderOf({ ...numbered('bird', 2), ...numbered('train', 3), ...numbered('test', 4) })
    expect(counts((await readLayout(folder)).train)).toEqual({ bird: 2, test: 4, train: 3 })
  })

  it('are classes where train holds images beside other classes, and images in folders, too', async () => {
    const folder = await folderOf({
      ...numbered('bird', 2),
      ...numbered('train', 3),
      ...numbered('train/old', 1),
      ...numbered('test', 4),
    })
    expect(counts((await readLayout(folder)).train)).toEqual({ bird: 2, test: 4, train: 4 })
    const names = await folderOf({ ...numbered('val', 2), ...numbered('valid', 3) })
    expect(counts((await readLayout(names)).train)).toEqual({ val: 2, valid: 3 })
  })

  const refused: [what: string, files: Record<string, number | string>, says: RegExp][] = [
    ['train and test without classes', { 'train/1.png': 1, 'test/1.png': 1 }, /train has no class folders/],
    ['a test split alone', { 'test/cat/1.png': 1 }, /no folder of training images[\s\S]*images:.*test/],
    ['two folders for one split', { 'train/cat/1.png': 1, 'Train/cat/1.png': 1 }, /two folders for one split/],
    [
      'test as split and class',
      { 'cat/1.png': 1, 'test/cat/2.png': 1 },
      /can be a split or a class[\s\S]*cat in it and/,
    ],
    ['train as split and class', { 'train/steam/1.png': 1, 'cat/1.png': 1 }, /can be the training split or a class/],
    ['images without folders', { '1.png': 1, '2.png': 1 }, /2 images and no folders[\s\S]*a folder for each class/],
    ['a train folder without images', { 'train/cat/x.txt': '', 'test/cat/1.png': 1 }, /train has no class folders/],
  ]
  it.each(refused)('refuse %s', async (_, files, says) => {
    const folder = await folderOf(files)
    await expect(readLayout(folder)).rejects.toBeInstanceOf(LayoutError)
    await expect(readLayout(folder)).rejects.toThrow(says)
  })
})

describe('the file system', () => {
  it('may have links, but no loops of links and no endless folders', async () => {
    const folder = await folderOf({ ...numbered('cat', 2), ...numbered('more', 3, 10) })
    await symlink(join(folder, 'more'), join(folder, 'cat', 'linked'))
    await symlink(join(folder, 'nowhere'), join(folder, 'cat', 'gone.png'))
    // A link to nothing is a picture that cannot be read: it is named with the others when they are decoded.
    expect(counts((await readLayout(folder)).train)).toEqual({ cat: 2 + 3 + 1, more: 3 })
    await symlink(folder, join(folder, 'cat', 'circle'))
    await expect(readLayout(folder)).rejects.toBeInstanceOf(DatasetError)
    await expect(readLayout(folder)).rejects.toThrow(/contains itself[\s\S]*remove the link/)
    const deep = await folderOf({ [`cat/${'a/'.repeat(40)}1.png`]: 1 })
    await expect(readLayout(deep)).rejects.toThrow(/nested too deeply/)
  })

  it('takes a folder with an image’s name for a folder', async () => {
    const layout = await readLayout(await folderOf({ ...numbered('cat', 2), 'cat/a.png/1.png': 1 }))
    expect(counts(layout.train)).toEqual({ cat: 3 })
  })

  it.skipIf(process.platform === 'win32')('may hold pipes, which are not opened', async () => {
    const folder = await folderOf(numbered('cat', 2))
    const pipe = join(folder, 'cat', 'pipe.png')
    await promisify(execFile)('mkfifo', [pipe])
    const layout = await readLayout(folder)
    expect(counts(layout.train)).toEqual({ cat: 2 })
    expect(messages(layout)).toEqual([expect.stringMatching(/pipe\.png is not a regular file and is left out$/)])
    await expect(readPicture(pipe)).rejects.toThrow(/not a regular file/)
  })

  // Other systems refuse such names.
  it.skipIf(process.platform !== 'linux')('may have names that are not UTF-8, which are named as such', async () => {
    const folder = await folderOf(numbered('cat', 2))
    await writeFile(Buffer.concat([Buffer.from(`${folder}/cat/`), Buffer.of(0xe9), Buffer.from('.png')]), 'x')
    const file = (await readLayout(folder)).train[0]?.files.find((path) => path.includes('\ufffd'))
    await expect(readPicture(file as string)).rejects.toThrow(/its name is not valid UTF-8[\s\S]*rename it/)
  })

  it.skipIf(process.platform === 'win32')('names a folder and an image that may not be read', async () => {
    const folder = await folderOf({ ...numbered('cat', 2), ...numbered('dog', 2) })
    await chmod(folder, 0o755)
    await chmod(join(folder, 'cat', '0.png'), 0)
    await chmod(join(folder, 'dog'), 0)
    onTestFinished(() => chmod(join(folder, 'dog'), 0o755))
    const { layout, picture } = await asAnotherUser(folder)
    expect(layout).toMatch(
      /^DatasetError: cannot read the folder .*dog\n {2}received: permission denied\n.*permissions/,
    )
    expect(picture).toMatch(/^PictureError: cannot read the image .*0\.png\n {2}received: permission denied\n/)
  })
})

/** Reads the folder in a process that has no rights of root: root may read everything. */
async function asAnotherUser(folder: string): Promise<{ readonly layout: string; readonly picture: string }> {
  const here = (file: string) => JSON.stringify(new URL(file, import.meta.url).href)
  const script = `
    import { readLayout } from ${here('layout.ts')}
    import { readPicture } from ${here('pictureFile.ts')}
    if (process.getuid() === 0) process.seteuid(65534)
    const refusal = (read) => read.then(() => 'read', (error) => error.name + ': ' + error.message)
    const folder = ${JSON.stringify(folder)}
    const layout = await refusal(readLayout(folder))
    const picture = await refusal(readPicture(folder + '/cat/0.png'))
    console.log(JSON.stringify({ layout, picture }))`
  const words = ['--conditions=lenslet-source', '--no-warnings', '--input-type=module', '--eval', script]
  const { stdout } = await promisify(execFile)(process.execPath, words)
  return JSON.parse(stdout)
}
