/** `lenslet predict <model> <picture...>`: the likeliest classes of pictures, or their numbers. */

import type { Command } from 'commander'
import { LensletError } from '../core/errors.ts'
import { findNotFinite } from '../core/finite.ts'
import { printVolume, sameVolume, volumeSize } from '../core/shapes.ts'
import { printable } from '../core/text.ts'
import { PictureError } from '../data/errors.ts'
import { decodeImage } from '../data/node/decode.ts'
import { MemoryBudget } from '../data/node/memory.ts'
import { checkPictureSize, type Fit } from '../data/resize.ts'
import { labelOf, topPredictions } from '../insight/predictions.ts'
import { printCount } from '../inspect/units.ts'
import { normalizePictures } from '../model/classify.ts'
import type { Model } from '../model/model.ts'
import { measureOf } from '../train/measures.ts'
import { ownHelp } from './call.ts'
import { checkDense, openDense, sayDense } from './dense.ts'
import { readCall, UsageError } from './errors.ts'
import { type AskedSize, sides } from './fitNetwork.ts'
import { modelHelp, openModel } from './model.ts'
import { Negatives, seemsInverted } from './negatives.ts'
import { checkOpenSize } from './openSize.ts'
import { bytes, choice, exactHelp, memoryDefault, whole } from './options.ts'
import {
  findPictures,
  onStandardInput,
  type PictureFile,
  readStandardInput,
  reasonOf,
  standardInput,
} from './pictureFiles.ts'
import { type Answer, csvFormat, jsonFormat, numbersCsvFormat, Output, textFormat } from './predictOutput.ts'
import { isTensorCall, predictTensors, type TensorCall } from './predictTensors.ts'
import { addPreprocessOptions, type PreprocessCall, withPreprocessing } from './preprocess.ts'
import { Terminal } from './terminal.ts'
import { threadCount } from './threadCount.ts'

interface PredictCall extends TensorCall, PreprocessCall {
  readonly top: number
  readonly invert?: boolean
  readonly fit?: Fit
  /** Bytes. */
  readonly memoryLimit?: number
  readonly size?: Pick<AskedSize, 'height' | 'width'>
  readonly stride?: number
}

export function define(command: Command): void {
  command
    .argument('<model>', modelHelp)
    .argument('[picture...]', 'PNG, JPEG, WebP, GIF, TIFF or AVIF; folders of them; - for standard input')
    .option('--top <k>', 'how many classes to name', whole('--top', 1), 3)
    .option('--invert', 'turn light into dark: for dark digits on white paper and a model trained on light on dark')
    .option(
      '--fit <how>',
      'in place of what the model says: cover: cut off what is too long; stretch',
      choice('--fit', ['cover', 'stretch']),
    )
    .option('--dense', 'average the scores of all places of a larger image (dense evaluation)')
    .option(
      '--size <sides>',
      'of the image, where the model leaves it open; with --dense, of the larger image: 384, or height x width, 384x512',
      sides('--size'),
    )
    .option(
      '--stride <n>',
      "with --dense, pixels from place to place: a divisor of the network's",
      whole('--stride', 1),
    )
    .option('--input <file>', 'a tensor in place of images, fed as it is: x.npy, or a file with one array')
    .option('--output <file>', 'where its result is written: y.npy')
    .option('--layout <order>', 'of both: nhwc (the default) or nchw', choice('--layout', ['nhwc', 'nchw']))
    .option('--threads <n>', 'workers', threadCount)
    .option('--exact', exactHelp)
    .option('--memory-limit <amount>', `most memory for decoding: 2GB; ${memoryDefault}`, bytes('--memory-limit'))
    .option('--json', 'a JSON array on stdout, an element per image')
    .option('--csv', 'CSV on stdout, a row per image')
    .addHelpText('after', examples)
    .action(run)
  addPreprocessOptions(command)
}

const examples = `
Examples:
  lenslet predict runs/lenet5-mnist-20261122-054312 digit.png --top 2
  lenslet predict photos.lenslet holidays/ --csv > classes.csv
  lenslet predict photos.lenslet photo.jpg --dense --size 384
  lenslet predict net.onnx photo.jpg --resize 256 --mean 0.485,0.456,0.406 --std 0.229,0.224,0.225
  lenslet predict net.onnx --input x.npy --output y.npy --layout nchw
  curl -s https://example.org/cat.jpg | lenslet predict photos.lenslet -`

function noImages(): UsageError {
  return new UsageError('there is nothing to predict', {
    received: 'no images',
    expected: 'lenslet predict <model> <image…>, or <model> --input x.npy --output y.npy',
    advice: ownHelp(),
  })
}

/** Pictures that could not be read, after the answers for all others. */
class UnreadPicturesError extends LensletError {}

/** Pictures that are decoded and run at a time: at most this many, and fewer where they are large. */
const portion = 32
const portionBytes = 2 ** 26

async function run(path: string, paths: readonly string[], call: PredictCall): Promise<void> {
  if (isTensorCall(call)) return predictTensors(path, paths, call)
  if (paths.length === 0) throw noImages()
  const terminal = new Terminal(call.json === true || call.csv === true)
  if (call.json === true && call.csv === true)
    throw new UsageError('--json and --csv exclude each other', { expected: 'one of them' })
  checkDense(call)
  const { pictures, notices } = await readCall(() => findPictures(paths))
  // Always the default batch: in a plan of another, sums may be rounded in another order.
  const size = call.dense === true ? undefined : call.size
  await using model = await openModel(path, { threads: call.threads, exact: call.exact, size })
  checkOpenSize(model.input, size)
  checkPictureSize(model.input)
  checkClassifies(model)
  model.info = await readCall(() => withPreprocessing(model, call))
  await using dense = call.dense === true ? await readCall(() => openDense(model, call)) : undefined
  const classifier = dense ?? model
  for (const notice of notices) terminal.hint(`note: ${notice}`)
  if (dense !== undefined) terminal.hint(`note: ${sayDense(dense)}`)
  if (model.info.classes === undefined)
    terminal.hint(
      givesNumbers(model)
        ? 'note: the model has no names for its numbers; they are counted from 0.'
        : 'note: the model has no class names; numbers of scores are shown, from 0.',
    )
  const output = new Output(formatOf(call, model, terminal))
  const progress = new Progress(pictures.length, terminal)
  const inverted = new Negatives()
  const memory = new MemoryBudget(call.memoryLimit)
  const unread: string[] = []
  const step = Math.max(1, Math.min(portion, Math.floor(portionBytes / (4 * volumeSize(classifier.input)))))
  try {
    for (let first = 0; first < pictures.length; first += step) {
      for (const answer of await predictSome(classifier, pictures.slice(first, first + step), call, memory, inverted)) {
        if ('error' in answer) unread.push(named(answer))
        await output.write(answer)
      }
      progress.show(first + step)
    }
  } finally {
    await output.end()
  }
  inverted.hint(terminal)
  if (unread.length > 0) throw unreadPictures(unread, pictures.length)
}

/** What is asked: the model itself, or a dense evaluation of it. */
type Classifier = Pick<Model, 'network' | 'info' | 'input' | 'output' | 'predict'>

/** The scores of a map are no classes' scores. */
function checkClassifies({ network, output, input }: Model): void {
  if (output.height * output.width === 1) return
  if (givesNumbers({ network })) {
    throw new UsageError('the network of this model gives an image, not a few numbers', {
      received: `an output of ${printVolume(output)}`,
      expected: sameVolume(output, input) ? 'lenslet predict <model> --input x.npy --output y.npy' : '1×1×numbers',
      advice: sameVolume(output, input)
        ? 'the report of its training shows reconstructions'
        : 'end the network with FC',
    })
  }
  throw new UsageError('the network of this model does not classify images', {
    received: `scores for each position of a map, ${printVolume(output)}`,
    expected: '1×1×classes',
    advice: 'put GAP or FC at the end of the network',
  })
}

function formatOf({ json, csv, top }: PredictCall, model: Model, terminal: Terminal) {
  if (json === true) return jsonFormat
  if (csv === true && givesNumbers(model)) return numbersCsvFormat(numbersOf(model))
  return csv === true ? csvFormat(Math.min(top, volumeSize(model.output))) : textFormat((text) => terminal.bold(text))
}

const givesNumbers = ({ network }: Pick<Model, 'network'>) => measureOf(network).compares === 'numbers'

const numbersOf = (model: Pick<Model, 'info' | 'output'>) =>
  Array.from({ length: volumeSize(model.output) }, (_, index) => labelOf(model, index))

/** The answers for some pictures, in their order; those that cannot be read take no part in the run. */
async function predictSome(
  model: Classifier,
  pictures: readonly PictureFile[],
  call: PredictCall,
  memory: MemoryBudget,
  inverted: Negatives,
): Promise<readonly Answer[]> {
  const decoded = await Promise.all(pictures.map((picture) => decode(model, picture, call, memory)))
  const good = decoded.filter((one) => one instanceof Uint8Array)
  const scores = good.length === 0 ? new Float32Array() : await model.predict(normalizePictures(model, good))
  const classes = volumeSize(model.output)
  const names = givesNumbers(model) ? numbersOf(model) : undefined
  let next = 0
  return pictures.map(({ file }, index): Answer => {
    const bytes = decoded[index] as Uint8Array | LensletError
    if (bytes instanceof LensletError) return { file, error: reasonOf(bytes) }
    if (call.invert !== true && seemsInverted(model, bytes)) inverted.add(file)
    const row = scores.subarray(next * classes, ++next * classes)
    if (findNotFinite(row) !== -1)
      return { file, error: 'a score is not a number: the model is damaged, or its training diverged' }
    if (names !== undefined) return { file, numbers: names.map((label, i) => ({ label, value: row[i] as number })) }
    return { file, top: topPredictions(model, row, call.top) }
  })
}

/** The picture's bytes in the size of the input, or what is wrong with it. */
async function decode(
  model: Classifier,
  { file, error }: PictureFile,
  { invert, fit }: PredictCall,
  memory: MemoryBudget,
) {
  if (error !== undefined) return error
  try {
    const source = file === standardInput ? await readStandardInput() : file
    const pixels = await decodeImage(
      source,
      { ...model.input, fit, preprocessing: model.info.preprocessing },
      { memory },
    )
    return invert === true ? pixels.map((byte) => 255 - byte) : pixels
  } catch (cause) {
    if (!(cause instanceof PictureError)) throw cause
    // The decoder has seen bytes only.
    return file === standardInput ? onStandardInput(cause.received ?? '', cause) : cause
  }
}

/** A line every two seconds on stderr, where the answers themselves do not show how the work goes on. */
class Progress {
  readonly #total: number
  readonly #terminal: Terminal
  #next = performance.now() + 2000

  constructor(total: number, terminal: Terminal) {
    this.#total = total
    this.#terminal = terminal
  }

  show(done: number): void {
    if (process.stdout.isTTY === true || done >= this.#total || performance.now() < this.#next) return
    this.#next = performance.now() + 2000
    this.#terminal.progress(`${printCount(done)} of ${printCount(this.#total)} images`)
  }
}

/** Most errors name the file already. */
function named({ file, error }: { readonly file: string; readonly error: string }): string {
  const name = printable(file)
  return error.includes(name) ? error : `${name}: ${error}`
}

const shown = 20

function unreadPictures(unread: readonly string[], total: number): UnreadPicturesError {
  const more = unread.length - shown
  return new UnreadPicturesError(
    `there is no prediction${total === 1 ? '' : ` for ${printCount(unread.length)} of ${printCount(total)} images`}`,
    {
      received: [...unread.slice(0, shown), ...(more > 0 ? [`and ${printCount(more)} more`] : [])].join('\n    '),
      expected: 'images that can be read',
      advice: 'open them in a viewer; save them again, or leave them out',
    },
  )
}
