// What --data understands, and what it says to what it does not.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Cifar10Error, DatasetError, UnknownDatasetError } from '../errors.ts'
import { temporaryFolder } from '../testing/archives.ts'
import { plain } from '../testing/pictures.ts'
import { openDataset } from './open.ts'

describe('openDataset', () => {
  it('opens by name, in any case, and with a place', async () => {
    expect((await openDataset(' MNIST ')).name).toBe('mnist')
    const folder = await temporaryFolder()
    await expect(openDataset(`mnist:${folder}`)).rejects.toBeInstanceOf(DatasetError)
    await expect(openDataset(`cifar10:${folder}`)).rejects.toBeInstanceOf(Cifar10Error)
  })

  it('brings your own images to the size of the network', async () => {
    const folder = await temporaryFolder()
    await mkdir(join(folder, 'red'))
    for (const name of ['1.png', '2.png']) await writeFile(join(folder, 'red', name), await plain(9, 9, [255, 0, 0]))
    const { train, classes } = await openDataset(`images:${folder}`, { size: { height: 4, width: 5, channels: 1 } })
    expect(train).toMatchObject({ count: 1, height: 4, width: 5, channels: 1 })
    expect(train.images[0]).toBe(76)
    expect(classes).toEqual(['red'])
    await expect(openDataset(`images:${folder}`)).rejects.toThrow(/need a size/)
  })

  const faulty: [spec: string, says: RegExp][] = [
    ['mnits', /unknown data set "mnits"[\s\S]*mnist, cifar10, cifar100:FOLDER, stl10:FOLDER, images:FOLDER/],
    ['cifar', /try: --data cifar10/],
    ['cifar100', /try: --data cifar10/],
    ['', /unknown data set/],
    ['images', /names no place/],
    ['cifar10:', /names no place/],
    ['cifar10:/no/such/folder', /there is no \/no\/such\/folder/],
  ]
  it.each(faulty)('answers "%s" with what it could be', async (spec, says) => {
    await expect(openDataset(spec)).rejects.toBeInstanceOf(UnknownDatasetError)
    await expect(openDataset(spec)).rejects.toThrow(says)
  })

  it('guesses that a folder alone is meant as images', async () => {
    const folder = await temporaryFolder()
    await expect(openDataset(folder)).rejects.toThrow(`--data images:${folder}`)
  })
})
