// Numbers in place of classes on the command line: trained, evaluated and predicted by name; and the worked example of
// docs/numbers.md, in a short form.

import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { drawWhale, individuals, side } from '../scripts/whales/draw.ts'
import { readPoints, runPipeline } from '../scripts/whales/pipeline.ts'
import { anchors, cropSide, turned } from '../scripts/whales/turn.ts'
import { smallSide, viewed, viewedPoint } from '../scripts/whales/views.ts'
import { addFiles, numbered } from '../src/data/testing/folders.ts'
import { call } from './fixtures/cli.ts'

let place = ''
beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'lenslet-numbers-'))
  const rows = Array.from({ length: 40 }, (_, i) => `${i},${i / 40},${100 * (i % 2)},${i < 32 ? 'train' : 'test'}`)
  const labels = Array.from({ length: 40 }, (_, i) => `${i},${i < 20 ? 'dark' : 'light;red'}`)
  await addFiles(place, {
    ...numbered('photos', 40, 60),
    'numbers.csv': `file,red,odd,split\n${rows.join('\n')}\n`,
    'labels.csv': `file,labels\n${labels.join('\n')}\n`,
  })
})
afterAll(() => rm(place, { recursive: true }))

const run = (...words: string[]) => call(words, place)
const data = ['--data', 'images:photos', '--labels', 'numbers.csv']
const network = 'INPUT 3x3x3 -> FC-2 -> LOSS huber'

describe('numbers', () => {
  it('are trained, evaluated and predicted by name and in their unit', async () => {
    const trained = await run('train', network, ...data, '--epochs', '2', '--batch', '8', '--out', 'run')
    expect(trained).toMatchObject({ code: 0 })
    expect(trained.stdout).toContain('2 numbers: red, odd')
    expect(trained.stdout).toMatch(/epoch +loss +test loss +test error +rate/)
    expect(trained.stdout).not.toContain('accuracy')
    expect(trained.stdout).toMatch(/^red +[\d.]+ +[\d.]+ +[\d.]+ +-?[\d.,]+$/m)
    expect(trained.stderr).toMatch(/note: numbers of about −1 to 1 are learned best.*odd \(0 to 100\)/)
    expect(trained.stderr).not.toContain('red (0')
    const report = await readFile(join(place, 'run', 'report.html'), 'utf8')
    expect(report.match(/predicted over actual values/g)?.length).toBeGreaterThanOrEqual(2)
    expect(report).not.toContain('Confusion matrix')

    const { code, stdout } = await run('eval', 'run', ...data, '--json')
    expect(code).toBe(0)
    const { perNumber, meanError, accuracy, count } = JSON.parse(stdout)
    expect([accuracy, count]).toEqual([null, 8])
    expect(perNumber.map(({ label }: { label: string }) => label)).toEqual(['red', 'odd'])
    const predicted = await run('predict', 'run', 'photos', '--csv')
    const [titles = '', ...answers] = predicted.stdout.trim().split('\r\n')
    expect(titles).toBe('file,red,odd,error')
    // The errors that `eval` states follow from the answers that `predict` gives.
    const values = new Map(
      answers.map((row) => {
        const [file = '', red, odd] = row.split(',')
        return [Number(/(\d+)\.png/.exec(file)?.[1]), [Number(red), Number(odd)]] as const
      }),
    )
    const tests = Array.from({ length: 8 }, (_, i) => 32 + i)
    const errors = [0, 1].map((k) =>
      tests.map((i) => Math.abs((values.get(i)?.[k] as number) - ([i / 40, 100 * (i % 2)][k] as number))),
    )
    errors.forEach((each, k) => {
      const sum = (powers: number) => each.reduce((total, error) => total + error ** powers, 0) / 8
      expect(perNumber[k].meanError).toBeCloseTo(sum(1), 4)
      expect(perNumber[k].rootMeanSquare).toBeCloseTo(Math.sqrt(sum(2)), 4)
    })
    expect(perNumber[1].deviation).toBeCloseTo(50, 6)
    expect(perNumber[1].explained).toBeCloseTo(1 - (perNumber[1].rootMeanSquare / 50) ** 2, 6)
    expect(meanError).toBeCloseTo((perNumber[0].meanError + perNumber[1].meanError) / 2, 6)
    const rows = await run('eval', 'run', ...data, '--csv')
    expect(rows.stdout).toMatch(/^number,mean_error,rms_error,deviation,r2\r\nred,/)
    const one = await run('predict', 'run', 'photos/3.png', '--json')
    expect(JSON.parse(one.stdout)[0].numbers.map(({ label }: { label: string }) => label)).toEqual(['red', 'odd'])
    expect((await run('predict', 'run', 'photos/3.png')).stdout).toMatch(/number +value\n.*red +-?[\d.e-]+\n.*odd/s)
  })

  it('give a network of the zoo the loss that they need, and so do several labels', async () => {
    const settings = ['--size', '8', '--epochs', '1', '--batch', '8', '--json']
    const numbers = await run('train', 'convnetjs-cifar', ...data, ...settings, '--augment', 'flip', '--out', 'zoo')
    expect(numbers).toMatchObject({ code: 0 })
    expect(JSON.parse(numbers.stdout).fitted).toMatch(/becomes FC-2 for 2 values; the loss is squared-error/)
    expect(numbers.stderr).toMatch(/note: the augmentation flip moves what is in an image/)
    const several = ['--data', 'images:photos', '--labels', 'labels.csv']
    const labels = await run('train', 'convnetjs-cifar', ...several, ...settings, '--out', 'several')
    expect(labels).toMatchObject({ code: 0 })
    expect(JSON.parse(labels.stdout).fitted).toMatch(/FC-3 for 3 values; the loss is sigmoid-cross-entropy/)
  })

  it('are the image itself where the network gives one', async () => {
    const net =
      'INPUT 4x4x3 -> CONV4-8 s2 p1 -> RELU -> FC-6 -> FC-32 -> RELU -> RESHAPE 2x2x8 -> TCONV4-3 s2 p1 -> LOSS squared-error'
    const settings = ['--epochs', '2', '--batch', '8', '--out', 'auto']
    const trained = await run('train', net, '--data', 'images:photos', '--labels', 'labels.csv', ...settings)
    // Labels are refused: the table has targets of its own, and the network gives 48 values.
    expect(trained.code).toBe(2)
    const classes = Array.from({ length: 40 }, (_, i) => `${i},${i % 2 ? 'odd' : 'even'}`)
    await addFiles(place, { 'classes.csv': `file,label\n${classes.join('\n')}\n` })
    const source = ['--data', 'images:photos', '--labels', 'classes.csv']
    const again = await run('train', net, ...source, ...settings)
    expect(again).toMatchObject({ code: 0 })
    expect(again.stdout).toContain('each of which is its own target')
    expect(await readFile(join(place, 'auto', 'report.html'), 'utf8')).toContain('Reconstructions')
    const { stdout } = await run('eval', 'auto', ...source)
    expect(stdout).toMatch(
      /^mean error: [\d.]+ \(in deviations of the images, which are the targets\) over 8 test images/,
    )
    expect((await run('predict', 'auto', 'photos/3.png')).stderr).toMatch(/gives an image, not a few numbers/)
  })
})

describe('whales', () => {
  it('are drawn by the seed, and differ in the patches on their heads', () => {
    const [one, same, other] = [drawWhale(3, 8), drawWhale(3, 8), drawWhale(4, 8)]
    expect(one).toEqual(same)
    expect(one.pixels).not.toEqual(other.pixels)
    expect(new Set(individuals.map((patches) => [...patches].sort().join())).size).toBe(individuals.length)
  })

  it('are mirrored and turned by quarters with their points', () => {
    const pixels = new Uint8Array(smallSide * smallSide * 3)
    pixels[(3 * smallSide + 10) * 3] = 200
    for (let view = 0; view < 8; view++) {
      const { x, y } = viewedPoint({ x: 10.5, y: 3.5 }, smallSide, view)
      expect(viewed(pixels, smallSide, view)[((y - 0.5) * smallSide + x - 0.5) * 3]).toBe(200)
    }
    expect(viewedPoint({ x: 10.5, y: 3.5 }, smallSide, 1)).toEqual({ x: smallSide - 3.5, y: 10.5 })
    expect(viewedPoint({ x: 10.5, y: 3.5 }, smallSide, 4)).toEqual({ x: smallSide - 10.5, y: 3.5 })
  })

  it('are turned and cropped so that the points come to their places', () => {
    const [bonnet, blowhole] = [
      { x: 50.5, y: 30.5 },
      { x: 40.5, y: 44.5 },
    ]
    const pixels = new Uint8Array(side * side * 3)
    // A light square around each point, in a color of its own.
    const mark = ({ x, y }: { x: number; y: number }, channel: number) => {
      for (const dy of [-1, 0, 1])
        for (const dx of [-1, 0, 1]) pixels[((y - 0.5 + dy) * side + x - 0.5 + dx) * 3 + channel] = 255
    }
    mark(bonnet, 0)
    mark(blowhole, 2)
    const crop = turned(pixels, bonnet, blowhole)
    const at = ({ x, y }: { x: number; y: number }) => [...crop.subarray((y * cropSide + x) * 3).subarray(0, 3)]
    expect([at(anchors.bonnet), at(anchors.blowhole)]).toEqual([
      [255, 0, 0],
      [0, 0, 255],
    ])
    expect(turned(pixels, bonnet, bonnet)).toHaveLength(cropSide * cropSide * 3)
  })

  it('go through the whole pipeline', async () => {
    const folder = join(place, 'whales')
    const epochs = { points: 2, who: 1, whole: 1 }
    const lenslet = async (...words: readonly string[]) => {
      const { code, stdout, stderr } = await run(...words)
      expect({ code, stderr }).toMatchObject({ code: 0 })
      return { output: stdout, seconds: 1 }
    }
    const { result, points } = await runPipeline({
      folder,
      seed: 1,
      train: 32,
      test: 16,
      epochs,
      say: () => {},
      lenslet,
    })
    expect(points).toHaveLength(48)
    // Nothing is learned from so few images; the distances are there, and so is what the middle of all points is off.
    expect(result.points.mean).toBeGreaterThanOrEqual(result.points.median / 2)
    expect(result.points.baseline).toBeLessThan(side / 2)
    // Of a sixteenth each, as there are 16 test images.
    for (const accuracy of [result.who.accuracy, result.who.byTruePoints, result.whole.accuracy])
      expect(accuracy * 16).toBeCloseTo(Math.round(accuracy * 16), 9)
  })

  it('are read back from the answers of predict', () => {
    expect(readPoints('file,a,b,c,d,error\nx/00001.png,0,0.5,-1,1,\nx/00000.png,1,1,0,0,\n')).toEqual([
      [
        { x: 128, y: 128 },
        { x: 64, y: 64 },
      ],
      [
        { x: 64, y: 96 },
        { x: 0, y: 128 },
      ],
    ])
  })
})
