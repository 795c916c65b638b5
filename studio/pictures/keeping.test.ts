/** A project from drop to training: what is added, changed, kept, and read when it is needed. */

import { beforeEach, expect, test } from 'vitest'
import type { ProjectState } from './messages.ts'
import { memoryFolder } from './store/opfs.ts'
import { pixelOf, TestDecoder, testKeeping, testSize } from './testing.ts'

beforeEach(() => {
  TestDecoder.asked = []
})

const counts = ({ classes }: ProjectState) => Object.fromEntries(classes.map(({ name, count }) => [name, count]))
const classId = ({ classes }: ProjectState, name: string) => classes.find((each) => each.name === name)?.id as number
const pets = { 'pets/cat/a.jpg': 'a', 'pets/cat/b.jpg': 'b', 'pets/dog/c.jpg': 'c', 'pets/dog/d.jpg': 'd' }

test('folders become classes, and the same folder again adds nothing', async () => {
  const { keeping, drop } = testKeeping()
  expect(await drop(pets)).toEqual({ added: 4, known: 0 })
  expect(counts(keeping.state())).toEqual({ cat: 2, dog: 2 })
  expect(keeping.state().classes.map(({ test }) => test)).toEqual([1, 1])
  expect(await drop(pets)).toEqual({ added: 0, known: 4 })
})

test('what is broken or no image is named, and the rest is there', async () => {
  const { keeping, drop } = testKeeping()
  await drop({ ...pets, 'pets/cat/x.jpg': 'bad', 'pets/notes.txt': 'hello' })
  const { problems } = keeping.state()
  expect(counts(keeping.state())).toEqual({ cat: 2, dog: 2 })
  expect(problems.filter(({ kind }) => kind !== 'memory')).toMatchObject([
    { kind: 'other', details: ['pets/notes.txt'] },
    { kind: 'broken', details: ['x.jpg: its contents are no image'] },
  ])
  keeping.change({ what: 'dismiss', kind: 'other' })
  expect(keeping.state().problems.map(({ kind }) => kind)).toEqual(['memory', 'broken'])
})

test('a decoder that does not answer is given up, and the next images are read', async () => {
  const { keeping, drop } = testKeeping(undefined, 1)
  await drop({ 'pets/cat/n.jpg': 'never', ...pets })
  expect(counts(keeping.state())).toEqual({ cat: 2, dog: 2 })
  expect(keeping.state().problems.at(-1)?.details[0]).toContain('not decoded within')
})

test('classes are renamed, joined and removed; images are moved and removed', async () => {
  const { keeping, drop } = testKeeping()
  await drop(pets)
  const [cat, dog] = [classId(keeping.state(), 'cat'), classId(keeping.state(), 'dog')]
  const [first] = keeping.rows(cat, 0, 1).rows
  keeping.change({ what: 'move', ids: [first?.id as number], classId: dog })
  keeping.change({ what: 'rename class', id: dog, name: '  hound ' })
  expect(counts(keeping.state())).toEqual({ cat: 1, hound: 3 })
  expect(() => keeping.change({ what: 'rename class', id: dog, name: 'cat' })).toThrow('already')
  expect(() => keeping.change({ what: 'rename class', id: dog, name: ' ' })).toThrow('needs a name')
  keeping.change({ what: 'remove', ids: keeping.rows(dog, 0, 2).rows.map(({ id }) => id) })
  keeping.change({ what: 'remove class', id: cat })
  keeping.change({ what: 'add class', name: 'owl' })
  expect(counts(keeping.state())).toEqual({ hound: 1, owl: 0 })
})

test('a project that is opened again is the same', async () => {
  const { keeping, drop, folder } = testKeeping()
  await drop(pets)
  const cat = classId(keeping.state(), 'cat')
  keeping.change({ what: 'rename class', id: cat, name: 'lynx' })
  keeping.change({ what: 'settings', settings: { testFraction: 0.5, seed: 9 } })
  keeping.change({ what: 'remove', ids: keeping.rows(cat, 0, 1).rows.map(({ id }) => id) })
  const again = testKeeping(folder)
  expect(again.keeping.state()).toEqual(keeping.state())
  expect(await again.drop({ 'pets/dog/c.jpg': 'c' })).toEqual({ added: 0, known: 1 })
  const row = again.keeping.rows(cat, 0, 1).rows[0]
  expect(await (await again.keeping.image(row?.id as number)).text()).toBe('b')
})

test('room of removed images is used again', async () => {
  const { keeping, drop, folder } = testKeeping()
  await drop(pets)
  const { size } = folder.files['images.bin']
  keeping.change({ what: 'remove', ids: keeping.rows(classId(keeping.state(), 'cat'), 0, 2).rows.map(({ id }) => id) })
  await drop({ 'more/owl/e.jpg': 'e', 'more/owl/f.jpg': 'f' })
  expect(folder.files['images.bin'].size).toBe(size)
})

test('copies are named and removed', async () => {
  const { keeping, drop } = testKeeping()
  await drop({ ...pets, 'pets/cat/a2.jpg': 'a', 'pets/dog/a3.jpg': 'a', 'pets/dog/c2.jpg': 'c' })
  expect(keeping.state().copies).toEqual({ groups: 2, images: 5, acrossClasses: 1 })
  const { rows } = keeping.rows('copies', 0, 10)
  expect(rows.map(({ name, group }) => `${group} ${name}`).sort()).toEqual([
    '0 a.jpg',
    '0 a2.jpg',
    '0 a3.jpg',
    '1 c.jpg',
    '1 c2.jpg',
  ])
  keeping.change({ what: 'remove copies' })
  expect(keeping.state().copies.groups).toBe(0)
  expect(keeping.state().count).toBe(4)
})

const many = Object.fromEntries(
  [...Array(40).keys()].map((i) => [`p/${i % 2 ? 'odd' : 'even'}/${i}.jpg`, `image ${i}`]),
)

test('a training reads what it needs before the rest is read', async () => {
  const { keeping } = testKeeping(undefined, 1)
  keeping.give(
    1,
    Object.entries(many).map(([path, text]) => ({ path, file: new Blob([text]), changed: 1 })),
  )
  await keeping.add(1)
  const { parts, labels, classes, id } = keeping.snapshot(testSize)
  expect(classes).toEqual(['even', 'odd'])
  expect([parts.train.length, parts.test.length]).toEqual([32, 8])
  const wanted = parts.train.slice(0, 4)
  const pixels = await keeping.read(id, wanted)
  expect(keeping.state().reading?.done).toBeLessThan(20)
  const first = [...pixels].filter((_, i) => i % 12 === 0)
  const sums = Object.entries(many)
    .filter(([path]) => path.includes('/even/'))
    .map(([, text]) => pixelOf(text))
  for (const [i, value] of first.entries()) {
    expect(labels[wanted[i] as number]).toBe(0)
    expect(sums).toContain(value)
  }
})

test('what a training sees does not depend on how far the reading is', async () => {
  const [early, late] = [testKeeping(undefined, 1), testKeeping()]
  early.keeping.give(
    1,
    Object.entries(many).map(([path, text]) => ({ path, file: new Blob([text]), changed: 1000 })),
  )
  await early.keeping.add(1)
  await late.drop(many)
  const [a, b] = [early.keeping.snapshot(testSize), late.keeping.snapshot(testSize)]
  expect(a).toEqual(b)
  const all = Uint32Array.from(a.labels, (_, i) => i)
  expect(await early.keeping.read(a.id, all)).toEqual(await late.keeping.read(b.id, all))
})

test('an image that is gone or broken is replaced by another of its class', async () => {
  const { keeping, drop } = testKeeping()
  await drop({ 'p/cat/a.jpg': 'a', 'p/cat/b.jpg': 'b', 'p/dog/c.jpg': 'c', 'p/dog/d.jpg': 'd' })
  keeping.change({ what: 'settings', settings: { testFraction: 0, seed: 0 } })
  const { id } = keeping.snapshot(testSize)
  keeping.change({ what: 'remove', ids: keeping.rows(classId(keeping.state(), 'cat'), 0, 1).rows.map((row) => row.id) })
  const pixels = await keeping.read(id, Uint32Array.of(0, 1, 2))
  expect([pixels[0], pixels[12], pixels[24]]).toEqual([pixelOf('b'), pixelOf('b'), pixelOf('c')])
  keeping.change({ what: 'remove', ids: keeping.rows(classId(keeping.state(), 'cat'), 0, 1).rows.map((row) => row.id) })
  await expect(keeping.read(id, Uint32Array.of(0))).rejects.toThrow('no image of the class cat')
})

test('pixels are decoded once for a size, also after the project is opened again', async () => {
  const { keeping, drop, folder } = testKeeping()
  await drop(pets)
  const { id } = keeping.snapshot(testSize)
  const indexes = Uint32Array.of(0, 1, 2, 3)
  await keeping.read(id, indexes)
  const again = testKeeping(folder)
  TestDecoder.asked = []
  const { id: next } = again.keeping.snapshot(testSize)
  await again.keeping.read(next, indexes)
  expect(TestDecoder.asked).toEqual([])
  folder.files['pixels.bin'].write(12, Uint8Array.of(1, 2, 3))
  await again.keeping.read(next, indexes)
  expect(TestDecoder.asked).toHaveLength(1)
})

test('a training that was replaced by one with another size reads on', async () => {
  const { keeping, drop } = testKeeping()
  await drop(pets)
  const before = keeping.snapshot(testSize)
  const indexes = Uint32Array.of(0, 1, 2, 3)
  const first = keeping.read(before.id, indexes)
  const after = keeping.snapshot({ ...testSize, height: 5 })
  const [small, large, again] = await Promise.all([
    first,
    keeping.read(after.id, indexes),
    keeping.read(before.id, indexes),
  ])
  expect([small.length, large.length]).toEqual([4 * 12, 4 * 30])
  expect(again).toEqual(small)
  expect([0, 1, 2, 3].map((i) => large[30 * i])).toEqual([0, 1, 2, 3].map((i) => small[12 * i]))
})

test('one class, or none, is nothing to learn', async () => {
  const { keeping, drop } = testKeeping()
  expect(() => keeping.snapshot(testSize)).toThrow('nothing to tell apart')
  await drop({ 'cat/a.jpg': 'a', 'cat/b.jpg': 'b' })
  expect(() => keeping.snapshot(testSize)).toThrow('one class with images, cat')
})

test('without room, what is there can be trained on', async () => {
  const { keeping, drop } = testKeeping(memoryFolder('no file system', 1200))
  const large = Object.fromEntries(
    [...Array(8).keys()].map((i) => [`p/${i % 2 ? 'odd' : 'even'}/${i}.jpg`, `${i}`.repeat(200)]),
  )
  await drop(large)
  const { problems, count } = keeping.state()
  expect(count).toBeGreaterThanOrEqual(4)
  expect(count).toBeLessThan(8)
  const room = problems.find(({ kind }) => kind === 'room')
  expect(room?.message).toContain(`${8 - count} images did not fit`)
  const { id, labels } = keeping.snapshot(testSize)
  await keeping.read(
    id,
    Uint32Array.from(labels, (_, i) => i),
  )
})

test('clear is a new project', async () => {
  const { keeping, drop, folder } = testKeeping()
  await drop(pets)
  keeping.change({ what: 'clear' })
  expect(keeping.state()).toMatchObject({ classes: [], count: 0, bytes: { images: 0 } })
  expect(folder.files['images.bin'].size).toBe(0)
  await drop(pets)
  expect(counts(testKeeping(folder).keeping.state())).toEqual({ cat: 2, dog: 2 })
})
