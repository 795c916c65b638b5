/** Paths decide about classes as a person who looks at the folders would. */

import { expect, test } from 'vitest'
import { layoutOf } from './layout.ts'

const classes = (paths: readonly string[], into?: string) =>
  layoutOf(paths, into).placed.map(({ className, part, name }) => `${part ?? '-'} ${className} ${name}`)

test.each([
  ['folders of classes', ['cat/a.jpg', 'dog/b.PNG'], ['- cat a.jpg', '- dog b.PNG']],
  ['in a folder', ['pets/cat/a.jpg', 'pets/dog/b.jpg'], ['- cat a.jpg', '- dog b.jpg']],
  ['in two folders', ['my/pets/cat/a.jpg', 'my/pets/dog/b.jpg'], ['- cat a.jpg', '- dog b.jpg']],
  ['nested', ['pets/cat/2019/a.jpg', 'pets/dog/b.jpg'], ['- cat 2019/a.jpg', '- dog b.jpg']],
  ['one class', ['cat/a.jpg', 'cat/b.jpg'], ['- cat a.jpg', '- cat b.jpg']],
  ['one class in a folder', ['pets/cat/a.jpg', 'pets/cat/b.jpg'], ['- cat a.jpg', '- cat b.jpg']],
  ['splits', ['d/train/cat/a.jpg', 'd/test/cat/b.jpg'], ['train cat a.jpg', 'test cat b.jpg']],
  [
    'three splits',
    ['Train/c/a.png', 'val/c/b.png', 'test/c/d.png'],
    ['train c a.png', 'validation c b.png', 'test c d.png'],
  ],
  ['a class named train', ['train/a.jpg', 'bus/b.jpg'], ['- train a.jpg', '- bus b.jpg']],
  ['no folder', ['a.jpg', 'b.jpg'], ['- unsorted a.jpg', '- unsorted b.jpg']],
  ['beside the classes', ['p/a.jpg', 'p/cat/b.jpg', 'p/dog/c.jpg'], ['- unsorted a.jpg', '- cat b.jpg', '- dog c.jpg']],
])('%s', (_, paths, expected) => {
  expect(classes(paths)).toEqual(expected)
})

test('into a class, whatever the folders', () => {
  expect(classes(['x/a.jpg', 'b.webp'], 'owl')).toEqual(['- owl x/a.jpg', '- owl b.webp'])
})

test('names of classes are compared in NFC', () => {
  const [a, b] = layoutOf(['caf\u00e9/a.jpg', 'cafe\u0301/b.jpg']).placed
  expect(a?.className).toBe(b?.className)
})

test('other files are named, and what systems leave is passed over', () => {
  const { placed, others } = layoutOf([
    'p/cat/a.jpg',
    'p/cat/notes.txt',
    'p/.DS_Store',
    '__MACOSX/p/cat/._a.jpg',
    'p/Thumbs.db',
  ])
  expect(placed).toHaveLength(1)
  expect(others).toEqual(['p/cat/notes.txt'])
})
