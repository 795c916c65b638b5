/** A folder is there whole or not at all, whatever happens while it is filled. */

import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { LockedError } from '../platform/errors.ts'
import { writeFolder } from './newFolder.ts'

let place = ''
beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'lenslet-folder-'))
})
afterEach(() => rm(place, { recursive: true }))

const bytes = (text: string) => [new TextEncoder().encode(text)]
const request = (force = false) => ({
  folder: join(place, 'new'),
  option: '--torch',
  force,
  kind: 'one of ours',
  isOfKind: async (folder: string) => (await readdir(folder)).includes('mark'),
})

it('leaves a former folder as it is where filling fails, and nothing else', async () => {
  await writeFolder(request(), (write) => write('mark', bytes('first')))
  const failing = writeFolder(request(true), async (write) => {
    await write('mark', bytes('second'))
    throw new TypeError('no second file')
  })
  await expect(failing).rejects.toThrow('no second file')
  expect(await readdir(place)).toEqual(['new'])
  expect(await readFile(join(place, 'new', 'mark'), 'utf8')).toBe('first')
})

it('removes what a killed process has left', async () => {
  await mkdir(join(place, 'new.unfinished-abc'))
  await writeFile(join(place, 'new.unfinished-abc', 'part'), 'half')
  await writeFolder(request(), (write) => write('in/mark', bytes('whole')))
  expect(await readdir(place)).toEqual(['new'])
  expect(await readFile(join(place, 'new', 'in', 'mark'), 'utf8')).toBe('whole')
})

it('is filled by one process at a time, and does not replace what came meanwhile', async () => {
  await writeFolder(request(), async (write) => {
    await expect(writeFolder(request(), async () => {})).rejects.toBeInstanceOf(LockedError)
    await write('mark', bytes('one'))
  })
  const late = writeFolder(request(true), async (write) => {
    await write('mark', bytes('two'))
    await rm(join(place, 'new'), { recursive: true })
    await mkdir(join(place, 'new'))
    await writeFile(join(place, 'new', 'thesis.txt'), 'years')
  })
  await expect(late).rejects.toThrow(/not empty/)
  expect(await readdir(join(place, 'new'))).toEqual(['thesis.txt'])
})
