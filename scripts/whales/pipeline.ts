// The pipeline, in commands that a person would type: draw; train a network that finds two points; let it predict; turn and crop
// by its points; train a network that tells who it is. And one network that sees whole images, for comparison.

import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { encodePng, type Picture } from '../../src/inspect/png.ts'
import { drawWhale, names, type Point, side, type Whale } from './draw.ts'
import { cropSide, turned } from './turn.ts'
import { halved, smallSide, viewed, viewedPoint } from './views.ts'

export interface PipelineOptions {
  /** Where images, tables and runs go. */
  readonly folder: string
  readonly seed: number
  /** Images to train on, and to test with. */
  readonly train: number
  readonly test: number
  /** Of the three networks. */
  readonly epochs: { readonly points: number; readonly who: number; readonly whole: number }
  readonly say: (text: string) => void
  /** Runs `lenslet` with these words. */
  readonly lenslet: (...words: readonly string[]) => Promise<Ran>
}

/** What a command wrote, and the processor time that it took, all threads together. */
export interface Ran {
  readonly output: string
  readonly seconds: number
}

/** What a training took and reached. */
interface Trained {
  /** Processor time of the command, all threads together. */
  readonly seconds: number
  readonly accuracy: number
}

export interface PipelineResult {
  readonly seed: number
  /** In pixels of the test images: mean and median distance of a found point from the true one. */
  readonly points: {
    readonly mean: number
    readonly median: number
    readonly baseline: number
    readonly seconds: number
  }
  /** By the points that were found, and by the true ones. */
  readonly who: Trained & { readonly byTruePoints: number }
  readonly whole: Trained
}

/** The points: a large part of the image matters, and small details do not. */
const pointsNet = `INPUT ${smallSide}x${smallSide}x3 -> CONV5-16 s2 nobias -> BN -> RELU
  -> CONV3-32 nobias -> BN -> RELU -> POOL2 -> CONV3-64 nobias -> BN -> RELU -> POOL2 -> [CONV3-64 nobias -> BN -> RELU]*2
  -> CONV1-16 nobias -> BN -> RELU -> FC-128 -> RELU -> FC-4 -> LOSS huber delta=0.1`

const whoNet = `INPUT ${cropSide}x${cropSide}x3 -> CONV3-16 nobias -> BN -> RELU -> POOL2
  -> CONV3-32 nobias -> BN -> RELU -> POOL2 -> CONV3-64 nobias -> BN -> RELU -> POOL2 -> FC-${names.length}`

/** Wherever the whale is: the strongest answer of each filter counts. */
const wholeNet = `INPUT ${smallSide}x${smallSide}x3 -> CONV3-16 nobias -> BN -> RELU -> POOL2
  -> CONV3-32 nobias -> BN -> RELU -> POOL2 -> CONV3-64 nobias -> BN -> RELU -> POOL2
  -> CONV3-128 nobias -> BN -> RELU -> GMP -> FC-${names.length}`

/** Coordinates in the table: −1 at one border, 1 at the other. */
const toTable = (pixels: number) => pixels / (side / 2) - 1
const toPixels = (number: number) => (number + 1) * (side / 2)

/** What a pipeline reached, and the points that it found in all of its images. */
export async function runPipeline(
  options: PipelineOptions,
): Promise<{ readonly result: PipelineResult; readonly points: readonly FoundPoints[] }> {
  const { folder, seed, train, test, epochs, say, lenslet } = options
  const whales = Array.from({ length: train + test }, (_, number) => drawWhale(seed, number))
  const [images, copies, crops, trueCrops] = ['images', 'copies', 'crops', 'true-crops'].map((name) =>
    join(folder, name),
  ) as [string, string, string, string]
  const [placesTable, namesTable] = [join(folder, 'points.csv'), join(folder, 'who.csv')]
  const splitOf = (i: number) => (i < train ? 'train' : 'test')
  const small = whales.map(({ pixels }) => halved(pixels))
  await savePictures(images, smallSide, (i) => small[i])
  // Eight views of each training photograph, and the test photographs as they are.
  const places = whales.flatMap((whale, i) =>
    Array.from({ length: i < train ? 8 : 1 }, (_, view) => ({ ...whale, i, view })),
  )
  await savePictures(copies, smallSide, (at) => {
    const { i, view } = places[at] ?? {}
    return i === undefined ? undefined : viewed(small[i] as Uint8Array, smallSide, view as number)
  })
  await saveTable(
    placesTable,
    'file,bonnet_x,bonnet_y,blowhole_x,blowhole_y,split',
    places.map(({ bonnet, blowhole, i, view }) => {
      const [a, b] = [bonnet, blowhole].map((point) => viewedPoint(point, side, view)) as [Point, Point]
      return [...[a.x, a.y, b.x, b.y].map(toTable), splitOf(i)]
    }),
  )
  await saveTable(
    namesTable,
    'file,label,split',
    whales.map(({ who }, i) => [names[who] as string, splitOf(i)]),
  )
  const learn = async (name: string, net: string, data: string, labels: string, count: number, augment: string) =>
    lenslet(
      ...['train', net, '--data', `images:${data}`, '--labels', labels, '--out', join(folder, name), '--force'],
      ...['--epochs', `${count}`, '--optimizer', 'adamw', '--rate', '0.003', '--weight-decay', '0.01'],
      // The last weights: the test images choose nothing.
      ...['--augment', augment, '--seed', `${seed}`, '--keep', 'last', '--evaluate', 'end', '--json', '--quiet'],
    )

  say('a network that finds bonnet and blowhole')
  const finder = await learn('points', pointsNet, copies, placesTable, epochs.points, 'color0.2')
  const predicted = await lenslet('predict', join(folder, 'points'), images, '--csv', '--quiet')
  const points = readPoints(predicted.output)

  say('images turned and cropped by its points, and a network that tells who it is')
  // Those of the training images were learned: of new images they are less exact. So the true ones, moved by the augmentation.
  await savePictures(crops, cropSide, (i) => {
    const { pixels, bonnet, blowhole } = whales[i] ?? {}
    return (
      pixels && (i < train ? turned(pixels, bonnet as Point, blowhole as Point) : turned(pixels, ...pair(points[i])))
    )
  })
  const who = await learn('who', whoNet, crops, namesTable, epochs.who, 'crop3,rotate20,scale0.2,color0.2')
  await savePictures(trueCrops, cropSide, (i) => {
    const { pixels, bonnet, blowhole } = whales[i] ?? {}
    return pixels && turned(pixels, bonnet as Point, blowhole as Point)
  })
  const evaluated = ['--data', `images:${trueCrops}`, '--labels', namesTable, '--json', '--quiet']
  const ideal = await lenslet('eval', join(folder, 'who'), ...evaluated)

  say('one network on whole images')
  const whole = await learn('whole', wholeNet, images, namesTable, epochs.whole, 'rotate180,crop5,scale0.1,color0.2')

  const tested = whales.slice(train)
  const distances = tested.flatMap(({ bonnet, blowhole }, i) => {
    const [a, b] = pair(points[train + i])
    return [distance(a, bonnet), distance(b, blowhole)]
  })
  const result = {
    seed,
    points: {
      mean: mean(distances),
      median: distances.toSorted((a, b) => a - b)[distances.length >> 1] as number,
      baseline: baselineOf(tested),
      seconds: finder.seconds,
    },
    who: { seconds: who.seconds, accuracy: accuracyOf(who.output), byTruePoints: accuracyOf(ideal.output) },
    whole: { seconds: whole.seconds, accuracy: accuracyOf(whole.output) },
  }
  return { result, points }
}

/** Bonnet and blowhole, in pixels. */
export type FoundPoints = readonly [Point, Point]

const pair = (points: FoundPoints | undefined): FoundPoints => points as FoundPoints

/** The mean distance from the middle of all points: what an answer is worth that looks at nothing. */
function baselineOf(whales: readonly Whale[]): number {
  const each = (pick: (whale: Whale) => Point) => {
    const all = whales.map(pick)
    const middle = { x: mean(all.map(({ x }) => x)), y: mean(all.map(({ y }) => y)) }
    return mean(all.map((point) => distance(point, middle)))
  }
  return (each(({ bonnet }) => bonnet) + each(({ blowhole }) => blowhole)) / 2
}

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length
const distance = (a: Point, b: Point) => Math.hypot(a.x - b.x, a.y - b.y)
const accuracyOf = (output: string) => {
  const result = JSON.parse(output) as { readonly testAccuracy?: number; readonly accuracy?: number }
  return result.testAccuracy ?? result.accuracy ?? Number.NaN
}

const fileOf = (number: number) => `${`${number}`.padStart(5, '0')}.png`

/** Of `predict --csv`: the file, four numbers, an error. In the order of the images. */
export function readPoints(csv: string): readonly FoundPoints[] {
  const [, ...rows] = csv.trim().split(/\r?\n/)
  return rows
    .map((row) => row.split(','))
    .sort(([a = ''], [b = '']) => (a < b ? -1 : 1))
    .map((cells) => {
      const [ax, ay, bx, by] = cells.slice(1, 5).map((cell) => toPixels(Number(cell))) as [
        number,
        number,
        number,
        number,
      ]
      return [
        { x: ax, y: ay },
        { x: bx, y: by },
      ] as const
    })
}

export function pictureOf(rgb: Uint8Array, width: number): Picture {
  const pixels = new Uint8Array((rgb.length / 3) * 4)
  for (let i = 0; i < rgb.length / 3; i++) pixels.set([...rgb.subarray(3 * i, 3 * i + 3), 255], 4 * i)
  return { width, height: rgb.length / 3 / width, pixels }
}

/** Images from number 0 on, until there is none. */
async function savePictures(
  folder: string,
  width: number,
  pixels: (i: number) => Uint8Array | undefined,
): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (let i = 0, rgb = pixels(0); rgb !== undefined; i++, rgb = pixels(i))
    await writeFile(join(folder, fileOf(i)), encodePng(pictureOf(rgb, width)))
}

async function saveTable(path: string, header: string, rows: readonly (readonly (string | number)[])[]): Promise<void> {
  await writeFile(path, `${[header, ...rows.map((row, number) => [fileOf(number), ...row].join(','))].join('\n')}\n`)
}
