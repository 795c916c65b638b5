// `lenslet look`: the page, its files and words, --json, and what it refuses.

import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { plain } from '../src/data/testing/pictures.ts'
import { readNpy } from '../src/exchange/numpy/npy.ts'
import { Model } from '../src/model/model.ts'
import { parse } from '../src/notation/parse.ts'
import { call } from './fixtures/cli.ts'

let place = ''

async function save(file: string, text: string) {
  const info = { classes: ['cat', 'dog <b>', 'owl'], normalization: { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] } }
  await using model = await Model.create(parse(text), { threads: 1, info })
  await model.save(join(place, file))
}

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'lenslet-look-'))
  await save('m.lenslet', 'INPUT 16x16x3 -> CONV3-6 -> RELU -> POOL2 -> CONV3-6 -> RELU -> GAP -> FC-3 -> SOFTMAX')
  await save('smooth.lenslet', 'INPUT 16x16x3 -> CONV3-6 -> SILU -> GAP -> FC-3')
  await save('flat.lenslet', 'INPUT 16x16x3 -> FC-6 -> RELU -> FC-3')
  await writeFile(join(place, 'photo.png'), await plain(20, 30, [200, 80, 40]))
})
afterAll(() => rm(place, { recursive: true }))

const look = (...words: string[]) => call(['look', ...words], place)

describe('lenslet look', () => {
  it('writes a page that is complete, with its files beside it', async () => {
    const { code, stdout, stderr } = await look('m.lenslet', 'photo.png')
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/predicted: .*%/)
    expect(stdout).toMatch(/Grad-CAM is of relu2, a map of 8×8/)
    expect(stdout).toContain(join('looks', 'photo-m', 'index.html'))
    const folder = join(place, 'looks', 'photo-m')
    expect((await readdir(folder)).sort()).toEqual(
      [
        'gradCam.npy',
        'gradCam.png',
        'gradient.npy',
        'gradient.png',
        'guidedBackprop-colors.png',
        'guidedBackprop.npy',
        'guidedBackprop.png',
        'index.html',
      ].sort(),
    )
    const page = await readFile(join(folder, 'index.html'), 'utf8')
    expect(page).toContain('default-src &#39;none&#39;'.replaceAll('&#39;', "'"))
    expect(page).not.toMatch(/(src|href)="(?!data:|#)/)
    expect(page).not.toContain('<b>,')
    expect(readNpy(await readFile(join(folder, 'gradient.npy')), 'gradient').shape).toEqual([16, 16, 3])
  })

  it('explains the class that is asked for, by every map, as JSON', async () => {
    const words = ['--maps', 'all', '--target', 'owl', '--samples', '2', '--steps', '4', '--out', 'out', '--json']
    const { code, stdout } = await look('m.lenslet', 'photo.png', '--show', 'maps', ...words)
    expect(code).toBe(0)
    const { maps, page } = JSON.parse(stdout)
    expect(page).toBe(join('out', 'index.html'))
    expect(maps.explained).toMatchObject({ label: 'owl', channel: 2, layer: 'fc1' })
    expect(maps.maps.map(({ map }: { map: string }) => map)).toHaveLength(10)
    expect(maps.maps.find(({ map }: { map: string }) => map === 'integratedGradients').completeness).toHaveLength(1)
    const index = JSON.parse((await look('m.lenslet', 'photo.png', '--target', '2', '--json')).stdout)
    expect(index.maps.explained.label).toBe('owl')
  })

  it('shows the receptive field of a unit', async () => {
    const { stdout } = await look('m.lenslet', 'photo.png', '--show', 'field', '--at', '0,3', '--json')
    // 3, then 4 behind the pool, then 8 pixels, a unit every 2.
    const window = { top: -3, left: 3, height: 8, width: 8 }
    expect(JSON.parse(stdout).field).toMatchObject({ layer: 'relu2', position: [0, 3], window, files: ['field.png'] })
  })

  it('leaves out what a model cannot have, and says so', async () => {
    const smooth = await look('smooth.lenslet', 'photo.png')
    expect(smooth.code).toBe(0)
    expect(smooth.stdout).toMatch(/Guided backpropagation is left out: guided backpropagation needs a ReLU/)
    const flat = await look('flat.lenslet', 'photo.png')
    expect(flat.code).toBe(0)
    expect(flat.stdout).toMatch(/Grad-CAM is left out: the network has no layer with a map/)
  })

  it.each([
    [['m.lenslet', '--show', 'maps'], /there is no image to look at/],
    [['m.lenslet', 'photo.png', '--show', 'map'], /did you mean maps/],
    [['m.lenslet', 'photo.png', '--maps', 'gradcam,gradients'], /did you mean gradient/],
    [['m.lenslet', 'photo.png', '--target', 'fox'], /no class of this name/],
    [['m.lenslet', 'photo.png', '--layer', 'relu3'], /did you mean relu1/],
    [['m.lenslet', 'photo.png', '--maps', 'occlusion', '--window', '17'], /larger than the image/],
    [['smooth.lenslet', 'photo.png', '--maps', 'deconvnet'], /needs a ReLU/],
    [['m.lenslet', 'photo.png', '--show', 'field', '--at', '9,0'], /no such position/],
    [['m.lenslet', 'photo.png', '--at', 'nine'], /a row and a column/],
    [['m.lenslet', 'absent.png'], /absent.png/],
  ])('refuses %j', async (words, message) => {
    const { code, stdout, stderr } = await look(...words)
    expect(stderr).toMatch(message)
    expect(stdout).toBe('')
    expect(code).toBe(words.includes('absent.png') ? 1 : 2)
  })
})
