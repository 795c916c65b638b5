/** `lenslet convert <in> <out>`: models, weights and networks from one format to another. */

import { realpath } from 'node:fs/promises'
import type { Command } from 'commander'
import { printable } from '../core/text.ts'
import { expandHome } from '../data/node/home.ts'
import { endingsOf, hasEnding } from '../exchange/formatOf.ts'
import { formats } from '../exchange/formats.ts'
import type { Format } from '../exchange/types.ts'
import { convertArrays } from './convertArrays.ts'
import type { ConvertCall } from './convertCall.ts'
import { convertModel } from './convertModel.ts'
import { convertNetwork, networkEndings } from './convertNetwork.ts'
import { readCall, UsageError } from './errors.ts'
import { sides } from './fitNetwork.ts'
import { openSizeHelp } from './openSize.ts'
import { addPreprocessOptions } from './preprocess.ts'
import { Terminal } from './terminal.ts'

const modelOutputs = endingsOf(({ writeModel, writeFiles }) => (writeModel ?? writeFiles) !== undefined)
const arrayOutputs = endingsOf(({ writeTensors }) => writeTensors !== undefined)
const outputs = [...new Set([...modelOutputs, ...arrayOutputs, ...networkEndings])].join(', ')

export function define(command: Command): void {
  command
    .argument('<in>', 'a model, a file of weights, or a network')
    .argument('<out>', `the new file; its ending says the format: ${outputs}`)
    .option(
      '--network <net>',
      'the network of a file of weights: a name from the zoo, the notation, or a file with a network',
    )
    .option('--fold-bn', 'fold batch normalization into the layers before it')
    .option('--fc-to-conv', 'turn FC and GAP into windows, so that the network takes larger images')
    .option('--half', 'store weights as 16-bit floats: half the size')
    .option('--size <sides>', openSizeHelp, sides('--size'))
    .option('--no-verify', 'do not run both models on the same input')
    .option('--json', 'one JSON object on stdout')
    .addHelpText('after', examples)
    .action(run)
  addPreprocessOptions(command)
}

const examples = `
Examples:
  lenslet convert squeezenet1.1.onnx squeezenet.lenslet
  lenslet convert runs/lenet5-mnist-20261122-054312 lenet5.onnx --fold-bn
  lenslet convert resnet18.safetensors resnet18.lenslet --network resnet18
  lenslet convert weights.pth weights.npz`

async function run(from: string, to: string, call: ConvertCall): Promise<void> {
  const terminal = new Terminal(call.json === true)
  const out = expandHome(to)
  const { write } = await readCall(() => outputOf(from, out, call))
  await write(from, out, call, terminal)
}

type Write = (from: string, out: string, call: ConvertCall, terminal: Terminal) => Promise<void>

/** What is written, by the ending of the file. Throws `UsageError` before anything is read. */
async function outputOf(from: string, out: string, call: ConvertCall): Promise<{ readonly write: Write }> {
  if (await isSame(expandHome(from), out)) {
    throw new UsageError('a model cannot be converted into its own file', {
      received: printable(out),
      expected: 'another file for the result',
    })
  }
  const format = formats.find((each) => isWritten(each) && hasEnding(out, each))
  if (format === undefined && networkEndings.some((ending) => out.toLowerCase().endsWith(ending)))
    return { write: convertNetwork }
  if (format === undefined) {
    throw new UsageError(`${printable(out)} has no ending of a format that is written`, {
      received: printable(out),
      expected: outputs,
    })
  }
  const { writeModel, writeFiles, writeTensors } = format
  if (writeModel !== undefined || writeFiles !== undefined)
    return { write: (...words) => convertModel(format, ...words) }
  if (call.network !== undefined) throw forModels('--network', format)
  if (call.foldBn === true) throw forModels('--fold-bn', format)
  if (call.fcToConv === true) throw forModels('--fc-to-conv', format)
  return { write: (...words) => convertArrays(writeTensors as NonNullable<typeof writeTensors>, ...words) }
}

const isWritten = ({ writeModel, writeFiles, writeTensors }: Format) =>
  (writeModel ?? writeFiles ?? writeTensors) !== undefined

async function isSame(a: string, b: string): Promise<boolean> {
  const [one, other] = await Promise.all([a, b].map((path) => realpath(path).catch(() => undefined)))
  return one !== undefined && one === other
}

function forModels(option: string, { name }: Format): UsageError {
  return new UsageError(`${option} is for models`, {
    received: `${option} with a file of ${name}, which holds arrays and no network`,
    expected: `an output of ${modelOutputs.join(', ')}`,
  })
}
