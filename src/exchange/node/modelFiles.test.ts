// Files that a model may name: in its folder or below it, and nowhere else.

import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FileError } from '../../platform/errors.ts'
import { ForeignFileError } from '../errors.ts'
import { modelFiles, startOfFile } from './modelFiles.ts'

let place = ''
const text = (bytes: Uint8Array | undefined) => bytes && new TextDecoder().decode(bytes)
const net = () => modelFiles(join(place, 'models/net.onnx'))

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'lenslet-files-'))
  await mkdir(join(place, 'models/weights'), { recursive: true })
  await writeFile(join(place, 'models/net.onnx'), 'net')
  await writeFile(join(place, 'models/net.data'), 'data')
  await writeFile(join(place, 'models/weights/part one.bin'), 'part')
  await writeFile(join(place, 'models/..hidden'), 'dots')
  await writeFile(join(place, 'secret'), 'secret')
  await symlink(join(place, 'secret'), join(place, 'models/out'))
  await symlink(place, join(place, 'models/up'))
  await symlink('net.data', join(place, 'models/in'))
  await symlink(join(place, 'models'), join(place, 'linked'))
})
afterAll(() => rm(place, { recursive: true }))

describe('modelFiles', () => {
  it('reads the file once', async () => {
    const files = net()
    expect(await files.read()).toBe(await files.read())
    expect(text(await files.read())).toBe('net')
  })

  it.each([
    ['net.data', 'data'],
    ['./net.data', 'data'],
    ['weights/part one.bin', 'part'],
    ['./weights//./part one.bin', 'part'],
    ['weights/../net.data', 'data'],
    ['..hidden', 'dots'],
    ['in', 'data'],
  ])('finds %s', async (name, expected) => {
    expect(text(await net().beside(name))).toBe(expected)
    expect(text(await modelFiles(join(place, 'linked/net.onnx')).beside(name))).toBe(expected)
  })

  it.each(['gone', 'weights/gone', 'gone/gone', 'net.data/x'])('finds nothing at %s', async (name) => {
    expect(await net().beside(name)).toBeUndefined()
  })

  it.each(['../secret', '/etc/passwd', 'weights/../../secret', '..', '', 'a\0b', '../models/net.data'])(
    'refuses %j, which leaves the folder',
    async (name) => {
      await expect(net().beside(name)).rejects.toThrow(ForeignFileError)
      await expect(net().beside(name)).rejects.toThrow(/net\.onnx names a file that it must not read/)
    },
  )

  it.each(['out', 'up/secret', './up/../up/secret'])(
    'refuses %s, a symbolic link that leaves the folder',
    async (name) => {
      await expect(net().beside(name)).rejects.toThrow(/a symbolic link that leaves the folder/)
    },
  )

  it.skipIf(process.platform === 'win32')('refuses what is no regular file', async () => {
    execFileSync('mkfifo', [join(place, 'models/pipe')])
    await expect(net().beside('pipe')).rejects.toThrow(FileError)
    await expect(modelFiles(join(place, 'models/pipe')).read()).rejects.toThrow(/a pipe, not a regular file/)
    await expect(net().beside('weights')).rejects.toThrow(/a folder, not a regular file/)
  })
})

it('reads the first bytes of a file', async () => {
  expect(text(await startOfFile(join(place, 'models/net.data'), 3))).toBe('dat')
  expect(text(await startOfFile(join(place, 'models/net.data'), 100))).toBe('data')
})
