// Tables of labels: what each kind of header means, and what is wrong with a line.
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readCsv } from '../csvRows.ts'
import { folderOf } from '../testing/folders.ts'
import { type ImagesOptions, openImages } from './images.ts'
import { readLabelTable } from './labelTable.ts'
import { LabelTableError } from './labelTableError.ts'

describe('CSV', () => {
  it('is read as RFC 4180 has it, with the line of each row', () => {
    const text = '\ufefffile,label\r\n"a,1.png", cat \r\n\r\n"two\nlines","say ""hi"""\nlast,\n'
    expect(readCsv(text, 't')).toEqual([
      { line: 1, cells: ['file', 'label'] },
      { line: 2, cells: ['a,1.png', 'cat'] },
      { line: 4, cells: ['two\nlines', 'say "hi"'] },
      { line: 6, cells: ['last', ''] },
    ])
    expect(readCsv('file;label\na;1', 't')[1]?.cells).toEqual(['a', '1'])
    expect(readCsv('file\tlabel\na\t', 't')[1]?.cells).toEqual(['a', ''])
    expect(readCsv('', 't')).toEqual([])
    expect(() => readCsv('a,"b\nc', 't')).toThrow(/t, line 1: a quote does not end/)
  })

  it('ends in time, whatever the bytes', () => {
    const quotes = '"'.repeat(200_001)
    expect(() => readCsv(quotes, 't')).toThrow(/quote/)
    expect(() => readCsv(','.repeat(20_000), 't')).toThrow(/too many cells/)
  })
})

describe('a table of labels', () => {
  it('has classes, several labels or numbers, by its header', () => {
    expect(readLabelTable('Image,Label\na.png,dog\nb.png,cat\n', 't')).toMatchObject({
      kind: 'classes',
      names: ['cat', 'dog'],
      files: [
        { file: 'a.png', line: 2, label: 'dog' },
        { file: 'b.png', line: 3, label: 'cat' },
      ],
    })
    // Digits are names of classes, where the column is called label.
    expect(readLabelTable('file,label\na,7\nb,0\n', 't').names).toEqual(['0', '7'])
    expect(readLabelTable('file,labels\na,dog; indoors\nb,\nc,cat|dog\n', 't')).toMatchObject({
      kind: 'labels',
      names: ['cat', 'dog', 'indoors'],
      files: [{ targets: [0, 1, 1] }, { targets: [0, 0, 0] }, { targets: [1, 1, 0] }],
    })
    expect(readLabelTable('file,x,split,Y\na,0.5,train,-1e2\nb,1,val,3\n', 't')).toMatchObject({
      kind: 'numbers',
      names: ['x', 'Y'],
      files: [
        { targets: [0.5, -100], split: 'train' },
        { targets: [1, 3], split: 'validation' },
      ],
    })
  })

  it.each([
    ['', 1, /no header/],
    ['a.png,cat\nb.png,dog\n', 1, /no header[\s\S]*add the line file,label/],
    ['file\na\n', 1, /nothing to learn/],
    ['file,label\na,cat\nb\n', 3, /as many cells[\s\S]*1 cells: b/],
    ['file,label\na,cat\nb,\n', 3, /the label is empty/],
    ['file,label\n,cat\n', 2, /the file is empty/],
    ['file,label\na,cat\nb,cat\na,dog\n', 4, /a is there twice[\s\S]*lines 2 and 4/],
    ['file,x,y\na,1,2\nb,nan,3\n', 3, /x is not a finite number[\s\S]*received: nan/],
    ['file,x,y\na,1,2\nb,1,1e99\n', 3, /y is not a finite number/],
    ['file,x,y\na,1,2\nb,,3\n', 3, /x is not a finite number[\s\S]*an empty cell/],
    ['file,kind\na,cat\n', 2, /kind is not a finite number[\s\S]*call the column label/],
    ['file,label,split\na,cat,trian\n', 2, /no such split[\s\S]*try: train/],
    ['file,label,split\na,cat,constructor\n', 2, /no such split/],
  ])('names the line of %j', (text, line, message) => {
    let error: unknown
    try {
      readLabelTable(text, 'labels.csv')
    } catch (thrown) {
      error = thrown
    }
    expect(error).toBeInstanceOf(LabelTableError)
    expect(error).toMatchObject({ file: 'labels.csv', line })
    expect((error as Error).message).toMatch(message)
  })
})

const size = { height: 3, width: 3, channels: 3 }

async function opened(csv: string, options: Partial<ImagesOptions> = {}) {
  const images = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`in/${i % 4}/${i}.png`, 10 * i]))
  const folder = await folderOf({ ...images, 'labels.csv': csv })
  return openImages(folder, { size, labels: join(folder, 'labels.csv'), testFraction: 0, ...options })
}
const lines = (line: (i: number) => string) =>
  Array.from({ length: 20 }, (_, i) => `in/${i % 4}/${i}${line(i)}`).join('\n')

describe('images with a table of labels', () => {
  it('have its classes, split evenly by the seed', async () => {
    const data = await opened(`file,label\n${lines((i) => `.png,${i < 10 ? 'dark' : 'light'}`)}`, {
      validationFraction: 0.2,
    })
    expect(data.classes).toEqual(['dark', 'light'])
    const { train, validation } = data
    expect([train.count, validation?.count]).toEqual([16, 4])
    expect([...(validation?.labels ?? [])].reduce((a, b) => a + b, 0)).toBe(2)
    for (const { images, labels } of [train, validation as typeof train])
      labels.forEach((label, i) => {
        expect((images[27 * i] as number) >= 100).toBe(label === 1)
      })
  })

  it('have its numbers and its splits; endings may be missing', async () => {
    const { train, test, validation, classes } = await opened(
      `file,x,y,split\n${lines((i) => `,${i},${-i},${i < 12 ? 'train' : i < 16 ? 'val' : 'test'}`)}`,
      { testFraction: undefined },
    )
    expect(classes).toEqual(['x', 'y'])
    expect([train.count, validation?.count, test.count]).toEqual([12, 4, 4])
    expect([...(test.targets ?? [])]).toEqual([16, -16, 17, -17, 18, -18, 19, -19])
    expect([...test.images].filter((_, i) => i % 27 === 0)).toEqual([160, 170, 180, 190])
  })

  it('say which images the table leaves out, and refuse lines that fit no image', async () => {
    const head = 'file,label\nin/0/0.png,a\nin/1/1.png,b\n'
    const { notices } = await opened(head)
    expect(notices.map(({ message }) => message).join()).toMatch(/18 images of .* are not in .*labels\.csv/)
    await expect(opened(`${head}in/1/77.png,a\n`)).rejects.toThrow(/line 4: there is no image in\/1\/77\.png/)
    await expect(opened(`${head}2.png,a\n`)).rejects.toThrow(/is it in\/2\/2\.png\?/)
    await expect(opened(`${head}in/0/0,a\n`)).rejects.toThrow(/line 4: in\/0\/0 is there twice[\s\S]*lines 2 and 4/)
    await expect(
      opened('file,label,split\nin/0/0.png,a,train\nin/1/1.png,b,test\n', { testFraction: undefined }),
    ).rejects.toThrow(/line 3: no training image has the label b/)
    await expect(opened(head, { labels: 'nowhere.csv' })).rejects.toThrow(
      /cannot read the table of labels nowhere\.csv/,
    )
  })
})
