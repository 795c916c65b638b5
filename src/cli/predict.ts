/** `lenslet predict <model> <picture...>`: the likeliest classes of pictures. */

import { stat } from 'node:fs/promises'
import type { Command } from 'commander'
import { volumeSize } from '../core/shapes.ts'
import { decodeImage } from '../data/node/decode.ts'
import type { Fit } from '../data/resize.ts'
import { type Prediction, topPredictions } from '../insight/predictions.ts'
import { printPercent } from '../inspect/units.ts'
import { normalizePictures } from '../model/classify.ts'
import type { Model } from '../model/model.ts'
import { readCall, UsageError } from './errors.ts'
import { openModel } from './model.ts'
import { choice, exactHelp, whole } from './options.ts'
import { printTable } from './table.ts'
import { Terminal } from './terminal.ts'

interface PredictCall {
  readonly top: number
  readonly invert?: boolean
  readonly fit: Fit
  readonly threads?: number
  readonly exact?: boolean
  readonly json?: boolean
}

export function define(command: Command): void {
  command
    .argument('<model>', 'a .lenslet file, or the folder of a run')
    .argument('<picture...>', 'PNG, JPEG, WebP, GIF, TIFF or AVIF; brought to the size of the network’s input')
    .option('--top <k>', 'how many classes to name', whole('--top', 1), 3)
    .option('--invert', 'turn light into dark: for dark digits on white paper and a model that learned light on dark')
    .option('--fit <how>', 'cover: cut off what is too long; stretch', choice('--fit', ['cover', 'stretch']), 'cover')
    .option('--threads <n>', 'workers', whole('--threads', 1))
    .option('--exact', exactHelp)
    .option('--json', 'a JSON array on stdout, an element a picture')
    .addHelpText('after', '\nExample:\n  lenslet predict runs/lenet5-mnist-20261122-054312 digit.png --top 2')
    .action(run)
}

interface Answer {
  readonly file: string
  readonly top: readonly Prediction[]
}

/** Pictures that are decoded and run at a time. */
const portion = 64

async function run(path: string, files: readonly string[], call: PredictCall): Promise<void> {
  const terminal = new Terminal(call.json === true)
  await readCall(() => Promise.all(files.map(checkFile)))
  await using model = await openModel(path, {
    threads: call.threads,
    exact: call.exact,
    batch: Math.min(files.length, 32),
  })
  const answers: Answer[] = []
  const seemInverted: string[] = []
  for (let first = 0; first < files.length; first += portion) {
    const some = files.slice(first, first + portion)
    const pictures = await Promise.all(some.map((file) => decode(model, file, call)))
    pictures.forEach((bytes, index) => {
      if (call.invert !== true && seemsInverted(model, bytes)) seemInverted.push(some[index] as string)
    })
    const scores = await model.predict(normalizePictures(model, pictures))
    const classes = volumeSize(model.output)
    some.forEach((file, index) => {
      answers.push({
        file,
        top: topPredictions(model, scores.subarray(index * classes, (index + 1) * classes), call.top),
      })
    })
  }
  terminal.result(answers, () => answers.map((answer) => words(answer, files.length, terminal)).join('\n'))
  hintAt(seemInverted, terminal)
}

async function checkFile(file: string): Promise<void> {
  const found = await stat(file).catch((cause: NodeJS.ErrnoException) => {
    throw new UsageError(`there is no picture ${file}`, {
      received: cause.code === 'ENOENT' ? 'no such file' : cause.message,
      expected: 'a picture',
      advice: 'check the path',
      cause,
    })
  })
  if (found.isDirectory())
    throw new UsageError(`${file} is a folder`, { expected: 'pictures', advice: `name them: ${file}/*.png` })
}

async function decode(model: Model, file: string, { invert, fit }: PredictCall): Promise<Uint8Array> {
  const bytes = await decodeImage(file, { ...model.input, fit })
  return invert === true ? bytes.map((byte) => 255 - byte) : bytes
}

/**
 * Grey pictures only: the training pictures were dark on the whole and this one is light, or the other way round, so much
 * so that its inverse is far closer to them.
 */
function seemsInverted({ input, info }: Model, bytes: Uint8Array): boolean {
  const mean = info.normalization?.mean[0]
  if (input.channels !== 1 || mean === undefined) return false
  const brightness = bytes.reduce((sum, byte) => sum + byte, 0) / bytes.length / 255
  return Math.abs(brightness - mean) > 0.3 + Math.abs(1 - brightness - mean)
}

function hintAt(files: readonly string[], terminal: Terminal): void {
  if (files.length === 0) return
  const which = files.length === 1 ? `${files[0]} looks` : `${files.length} pictures, ${files[0]} first, look`
  terminal.hint(
    `mind: ${which} like the negative of what the model learned (light where its pictures are dark). Try --invert.`,
  )
}

function words({ file, top }: Answer, files: number, terminal: Terminal): string {
  const table = printTable({
    columns: [
      { title: 'class', align: 'left' },
      { title: 'probability', align: 'right' },
    ],
    rows: top.map(({ label, probability }) => [label, printPercent(probability)]),
  })
  return `${terminal.bold(file)}\n${table}${files > 1 ? '\n' : ''}`
}
