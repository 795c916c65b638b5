/** Paths of models that are no regular files: a named error, at once. */

import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LensletError } from '../core/errors.ts'
import { Model } from './model.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lenslet-paths-'))
})
afterAll(() => rm(folder, { recursive: true }))

describe.skipIf(process.platform === 'win32')('Model.load refuses', () => {
  it.each<[what: string, make: (path: string) => unknown, message: RegExp]>([
    ['a pipe that nobody writes to', (path) => execFileSync('mkfifo', [path]), /a pipe, not a regular file/],
    ['a link to a device without an end', (path) => symlink('/dev/zero', path), /a device, not a regular file/],
    ['a link to a device that waits', (path) => symlink('/dev/random', path), /a device, not a regular file/],
    ['a folder', (path) => mkdir(path), /a folder, not a regular file/],
    ['what does not exist', () => {}, /does not exist/],
    ['a link to itself', (path) => symlink(path, path), /circle/],
    ['an empty file', (path) => writeFile(path, ''), /empty/],
    [
      'a file larger than any memory',
      async (path) => {
        await writeFile(path, '')
        await truncate(path, 2 ** 42)
      },
      /4398046511104 bytes/,
    ],
  ])('%s', async (what, make, message) => {
    const path = join(folder, `${what.replaceAll(' ', '-')}.lenslet`)
    await make(path)
    const error = await Model.load(path, { threads: 1 }).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(LensletError)
    expect((error as LensletError).message).toMatch(message)
  })
})
