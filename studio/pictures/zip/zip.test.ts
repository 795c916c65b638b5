/** A project goes through an archive and comes back, and archives from anywhere are opened or refused with a reason. */

import { Uint8ArrayReader, Uint8ArrayWriter, ZipWriter } from '@zip.js/zip.js/lib/zip-core-native.js'
import { expect, test } from 'vitest'
import { testKeeping, testSize } from '../testing.ts'
import { openArchive } from './open.ts'
import { saveProject } from './save.ts'

async function saved({ keeping }: ReturnType<typeof testKeeping>, classId?: number): Promise<Blob> {
  const parts: Uint8Array<ArrayBuffer>[] = []
  const into = new WritableStream<Uint8Array<ArrayBuffer>>({ write: (part) => void parts.push(part.slice()) })
  const encoded = (id: number) => keeping.reader.encoded(id)
  await saveProject(keeping.project, into, { design: '#net=x', classId, encoded, progress: () => {} })
  return new Blob(parts)
}

async function zipOf(files: Readonly<Record<string, string>>): Promise<Uint8Array<ArrayBuffer>> {
  const writer = new ZipWriter(new Uint8ArrayWriter())
  for (const [name, text] of Object.entries(files))
    await writer.add(name, new Uint8ArrayReader(new TextEncoder().encode(text)))
  return writer.close()
}

const files = {
  'p/cat/a.jpg': 'a',
  'p/cat/deep/a.jpg': 'A',
  'p/dog/c.png': '\u00ff\u00d8',
  'p/a: b?/d.jpg': 'd',
  'p/a_ b_/e.jpg': 'e',
}

test('a project is opened as it was saved', async () => {
  const before = testKeeping()
  await before.drop(files)
  before.keeping.change({ what: 'add class', name: 'empty' })
  before.keeping.change({ what: 'settings', settings: { testFraction: 0.4, seed: 2 } })
  const zip = await saved(before)
  const after = testKeeping()
  expect(await after.drop({ 'project.zip': zip })).toEqual({ added: 5, known: 0, design: '#net=x' })
  const names = ({ keeping }: typeof before) => keeping.state().classes.map(({ name, count }) => `${name} ${count}`)
  expect(names(after)).toEqual(names(before))
  expect(after.keeping.state().settings).toEqual({ testFraction: 0.4, seed: 2 })
  const facts = ({ keeping }: typeof before) => keeping.snapshot(testSize)
  expect(facts(after)).toEqual(facts(before))
  expect(await after.drop({ 'again.zip': zip })).toEqual({ added: 0, known: 5, design: '#net=x' })
})

test('one class is saved alone', async () => {
  const before = testKeeping()
  await before.drop(files)
  const cat = before.keeping.state().classes.find(({ name }) => name === 'cat')?.id
  const { files: inside } = await openArchive('cat.zip', await saved(before, cat))
  expect(inside.map(({ path }) => path)).toEqual(
    ['cat/a.jpg', 'cat/deep_a.jpg'].map((path) => path.replace('deep_', 'deep/')),
  )
})

test('an archive of folders is as the folders', async () => {
  const { keeping, drop } = testKeeping()
  const zip = await zipOf({ 'x/cat/a.jpg': 'a', 'x/dog/b.jpg': 'b', 'x/readme.md': 'hi', '__MACOSX/x/._a.jpg': '?' })
  await drop({ 'pets.zip': new Blob([zip]) })
  expect(keeping.state().classes.map(({ name, count }) => `${name} ${count}`)).toEqual(['cat 1', 'dog 1'])
  expect(keeping.state().problems.find(({ kind }) => kind === 'other')?.details).toEqual(['x/readme.md'])
})

test('what is no archive, or damaged, is refused', async () => {
  await expect(openArchive('a.zip', new Blob(['no zip']))).rejects.toThrow('a.zip cannot be opened')
  const zip = await zipOf({ 'cat/a.jpg': 'a'.repeat(5000), 'dog/b.jpg': 'b', 'dog/c.jpg': 'c' })
  await expect(openArchive('a.zip', new Blob([zip.subarray(0, zip.length - 30)]))).rejects.toThrow('cannot be opened')
  await expect(
    openArchive('a.zip', new Blob([await zipOf({ 'project.json': '{"format":"lenslet.studio.project"}' })])),
  ).rejects.toThrow('cannot be opened')
  // The contents of the first entry are damaged: the others are read.
  zip.fill(0x55, 45, 55)
  const { keeping, drop } = testKeeping()
  await drop({ 'pets.zip': new Blob([zip]) })
  expect(keeping.state().classes.map(({ name, count }) => `${name} ${count}`)).toEqual(['cat 0', 'dog 2'])
  expect(keeping.state().problems.at(-1)?.details[0]).toContain('the archive is damaged there')
})
