// The pipeline, in commands that a person would type: draw; train a network that finds two points; let it predict; turn and crop
// by its points; train a network that tells who it is. And one network that sees whole images, for comparison.

import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { encodePng, type Picture } from '../../src/inspect/png.ts'
import { drawWhale, names, type Point, side, type Whale } from './draw.ts'
import { cropSide, turned } from './turn.ts'

const root = new URL('../../', import.meta.url)

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

const pointsNet = `INPUT ${side}x${side}x3 -> CONV5-16 s2 nobias -> BN -> RELU
  -> CONV3-32 nobias -> BN -> RELU -> POOL2 -> CONV3-64 nobias -> BN -> RELU -> POOL2
  -> CONV3-64 nobias -> BN -> RELU -> CONV1-16 nobias -> BN -> RELU -> FC-128 -> RELU -> FC-4 -> LOSS huber delta=0.1`

const whoNet = `INPUT ${cropSide}x${cropSide}x3 -> CONV3-16 nobias -> BN -> RELU -> POOL2
  -> CONV3-32 nobias -> BN -> RELU -> POOL2 -> CONV3-64 nobias -> BN -> RELU -> POOL2 -> FC-${names.length}`

const wholeNet = `INPUT ${side}x${side}x3 -> CONV3-16 nobias -> BN -> RELU -> POOL2
  -> CONV3-32 nobias -> BN -> RELU -> POOL2 -> [CONV3-64 nobias -> BN -> RELU]*2 -> POOL2
  -> CONV3-128 nobias -> BN -> RELU -> GMP -> FC-${names.length}`

/** Coordinates in the table: −1 at one border, 1 at the other. */
const toTable = (pixels: number) => pixels / (side / 2) - 1
const toPixels = (number: number) => (number + 1) * (side / 2)

export async function runPipeline(options: PipelineOptions): Promise<PipelineResult> {
  const { folder, seed, train, test, epochs, say } = options
  const whales = Array.from({ length: train + test }, (_, number) => drawWhale(seed, number))
  const splitOf = (i: number) => (i < train ? 'train' : 'test')
  const images = join(folder, 'images')
  await savePictures(
    images,
    whales.map(({ pixels }) => pictureOf(pixels, side)),
  )
  await saveTable(
    join(folder, 'points.csv'),
    'file,bonnet_x,bonnet_y,blowhole_x,blowhole_y,split',
    whales.map(({ bonnet: a, blowhole: b }, i) => [...[a.x, a.y, b.x, b.y].map(toTable), splitOf(i)]),
  )
  const whoRows = whales.map(({ who }, i) => [names[who] as string, splitOf(i)])
  await saveTable(join(folder, 'who.csv'), 'file,label,split', whoRows)

  const common = ['--seed', `${seed}`, '--force', '--json', '--quiet', '--optimizer', 'adamw', '--weight-decay', '0.01']
  const learn = (net: string, data: string, table: string, count: number, rest: readonly string[], out: string) =>
    lenslet(
      ['train', net, '--data', `images:${join(folder, data)}`, '--labels', join(folder, table)],
      ['--epochs', `${count}`, ...rest, ...common, '--out', join(folder, out)],
    )

  say('a network that finds bonnet and blowhole')
  const found = await learn(
    pointsNet,
    'images',
    'points.csv',
    epochs.points,
    ['--rate', '0.003', '--augment', 'color0.2'],
    'points',
  )
  const predicted = await lenslet(['predict', join(folder, 'points'), images, '--csv', '--quiet'], [])
  const points = readPoints(predicted.output)

  say('images turned and cropped by its points, and a network that tells who it is')
  const crops = whales.map(({ pixels, bonnet, blowhole }, i) =>
    // Of the training images, the points are known: those that were learned are closer than those of new images.
    i < train ? turned(pixels, bonnet, blowhole) : turned(pixels, ...(points[i] as [Point, Point])),
  )
  await savePictures(
    join(folder, 'crops'),
    crops.map((each) => pictureOf(each, cropSide)),
  )
  const moves = ['--rate', '0.003', '--augment', 'crop2,rotate10,scale0.1,color0.2']
  const who = await learn(whoNet, 'crops', 'who.csv', epochs.who, moves, 'who')
  await savePictures(
    join(folder, 'true-crops'),
    whales.map(({ pixels, bonnet, blowhole }) => pictureOf(turned(pixels, bonnet, blowhole), cropSide)),
  )
  const labels = ['--labels', join(folder, 'who.csv')]
  const ideal = await lenslet(
    ['eval', join(folder, 'who'), '--data', `images:${join(folder, 'true-crops')}`, ...labels, '--json', '--quiet'],
    [],
  )

  say('one network on whole images')
  const turns = ['--rate', '0.003', '--augment', 'rotate180,crop6,scale0.1,color0.2']
  const whole = await learn(wholeNet, 'images', 'who.csv', epochs.whole, turns, 'whole')

  const tested = whales.slice(train)
  const distances = tested.flatMap(({ bonnet, blowhole }, i) => {
    const [a, b] = points[train + i] as [Point, Point]
    return [distance(a, bonnet), distance(b, blowhole)]
  })
  return {
    seed,
    points: {
      mean: mean(distances),
      median: distances.toSorted((a, b) => a - b)[distances.length >> 1] as number,
      baseline: baselineOf(tested),
      seconds: found.seconds,
    },
    who: { seconds: who.seconds, accuracy: accuracyOf(who.output), byTruePoints: accuracyOf(ideal.output) },
    whole: { seconds: whole.seconds, accuracy: accuracyOf(whole.output) },
  }
}

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

export const fileOf = (number: number) => `${`${number}`.padStart(5, '0')}.png`

/** Of `predict --csv`: the file, four numbers, an error. In the order of the images. */
export function readPoints(csv: string): readonly (readonly [Point, Point])[] {
  const [, ...rows] = csv.trim().split('\n')
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

async function savePictures(folder: string, pictures: readonly Picture[]): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (const [number, picture] of pictures.entries()) await writeFile(join(folder, fileOf(number)), encodePng(picture))
}

async function saveTable(path: string, header: string, rows: readonly (readonly (string | number)[])[]): Promise<void> {
  await writeFile(path, `${[header, ...rows.map((row, number) => [fileOf(number), ...row].join(','))].join('\n')}\n`)
}

/** Says at its end how much processor time the process took. */
const clock = `data:text/javascript,process.on('exit',()=>{const{user,system}=process.cpuUsage();process.stderr.write('cpu '+(user+system)/1e6+'\\n')})`

/** Runs the command as it is in this repository. */
async function lenslet(args: readonly string[], more: readonly string[]) {
  const main = new URL('src/cli/main.ts', root).pathname
  const how = ['--no-warnings', '--conditions=lenslet-source', '--import', clock, main]
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [...how, ...args, ...more], {
    maxBuffer: 2 ** 28,
    cwd: root,
  })
  return { output: stdout, seconds: Number(/cpu ([\d.]+)\n/.exec(stderr)?.[1]) }
}

/** The points that a finished run finds in its images. */
export async function foundPoints(folder: string): Promise<readonly (readonly [Point, Point])[]> {
  const { output } = await lenslet(['predict', join(folder, 'points'), join(folder, 'images'), '--csv', '--quiet'], [])
  return readPoints(output)
}
