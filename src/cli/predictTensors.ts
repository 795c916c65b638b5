/** `lenslet predict <model> --input x.npy --output y.npy`: a tensor in, a tensor out, to compare with another framework. */

import { basename } from 'node:path'
import { platform } from '#platform'
import { printShape, type Shape, sameShape } from '../core/shapes.ts'
import { listed, printable } from '../core/text.ts'
import { expandHome } from '../data/node/home.ts'
import { endingsOf, hasEnding } from '../exchange/formatOf.ts'
import { formats } from '../exchange/formats.ts'
import {
  acceptedInputs,
  type Layout,
  outputForm,
  printBatch,
  shapeIn,
  toChannels,
  toPositions,
} from '../exchange/layout.ts'
import { modelFiles } from '../exchange/node/modelFiles.ts'
import { readTensors } from '../exchange/read.ts'
import type { OpenSizes } from '../exchange/types.ts'
import type { Model } from '../model/model.ts'
import { storedTensor } from '../model/safetensors/tensor.ts'
import type { StoredTensor } from '../model/safetensors.ts'
import { readCall, UsageError } from './errors.ts'
import { openModel } from './model.ts'
import { checkOpenSize } from './openSize.ts'
import { Terminal } from './terminal.ts'

export interface TensorCall {
  readonly input?: string
  readonly output?: string
  readonly layout?: Layout
  readonly size?: { readonly height: number; readonly width: number }
  readonly threads?: number
  readonly exact?: boolean
  readonly json?: boolean
  readonly csv?: boolean
  readonly dense?: boolean
}

/** Whether the call is about tensors and not about images. */
export function isTensorCall({ input, output, layout }: TensorCall): boolean {
  return input !== undefined || output !== undefined || layout !== undefined
}

export async function predictTensors(path: string, images: readonly string[], call: TensorCall): Promise<void> {
  const { input, output, layout = 'nhwc', threads, exact } = call
  const { from, to, writer } = await readCall(() => checkCall(call, images, input, output))
  const tensor = await readOne(from)
  await using model = await openModel(path, { threads, exact, size: sizeOf(tensor, layout, call.size) })
  checkOpenSize(model.input, call.size)
  const { count, values } = await readCall(() => pictures(model, tensor, layout, input as string))
  const scores = await model.predict(values)
  const form = outputForm(layout, model.output, model.info.tensors?.output)
  const arranged = form.layout === 'nchw' ? toChannels(scores, model.output) : scores
  const shape = [count, ...form.shape]
  const bytes = new Uint8Array(arranged.buffer, arranged.byteOffset, arranged.byteLength)
  const result = storedTensor('output', { dtype: 'F32', shape, from: 0, to: bytes.length }, bytes)
  await platform.writeFileAtomic(to, await writer(new Map([['output', result]])))
  const terminal = new Terminal(call.json === true)
  terminal.result(
    { output, shape, layout: form.layout },
    () => `${printable(output as string)}: ${printShape(shape)}, float32`,
  )
}

/** A model that leaves the size of its image open takes the tensor's. */
function sizeOf({ shape }: StoredTensor, layout: Layout, asked: TensorCall['size']): OpenSizes['size'] {
  if (asked !== undefined || shape.length !== 4) return asked
  const [, a = 1, b = 1, c = 1] = shape
  const [height, width, channels] = layout === 'nchw' ? [b, c, a] : [a, b, c]
  return height > 0 && width > 0 && channels > 0 ? { height, width, channels } : undefined
}

function checkCall(call: TensorCall, images: readonly string[], input: string | undefined, output: string | undefined) {
  const expected = 'lenslet predict <model> --input x.npy --output y.npy [--layout nchw]'
  if (input === undefined || output === undefined) {
    const missing = input === undefined ? '--input' : '--output'
    throw new UsageError(`${missing} is missing`, {
      expected,
      advice: 'a tensor is read from one file, and the result is written to another',
    })
  }
  const other = images.length > 0 ? 'images' : call.csv === true ? '--csv' : call.dense === true ? '--dense' : undefined
  if (other !== undefined)
    throw new UsageError(`--input and ${other} exclude each other`, {
      received: [...images, other].slice(0, 1).join(' '),
      expected,
    })
  const to = expandHome(output)
  const format = formats.find((each) => each.writeTensors !== undefined && hasEnding(to, each))
  if (format?.writeTensors === undefined) {
    throw new UsageError(`--output ${printable(output)} has no ending that tensors are written for`, {
      received: printable(basename(output)),
      expected: endingsOf((each) => each.writeTensors !== undefined).join(', '),
      advice: '--output y.npy',
    })
  }
  return { from: expandHome(input), to, writer: format.writeTensors }
}

/** The only array of the file. */
async function readOne(path: string): Promise<StoredTensor> {
  const { tensors } = await readTensors(modelFiles(path))
  const [only] = tensors.values()
  if (tensors.size === 1 && only !== undefined) return only
  throw new UsageError(`--input takes a file with one array`, {
    received: `${printable(path)} with ${tensors.size}: ${listed([...tensors.keys()])}`,
    expected: 'one array',
    advice: 'numpy.save("x.npy", x)',
  })
}

/** [n, h, w, c], as the model takes it. */
function pictures({ input: volume, info }: Model, { shape, values }: StoredTensor, layout: Layout, name: string) {
  const [count = 0, ...rest] = shape
  const accepted = acceptedInputs(layout, volume, info.tensors?.input)
  const found = count > 0 ? accepted.find((each) => sameShape(each.shape, rest)) : undefined
  if (found === undefined)
    throw wrongShape(
      name,
      shape,
      accepted.map((each) => each.shape),
      adviceFor(shape, layout, volume),
    )
  return { count, values: found.layout === 'nchw' ? toPositions(values, volume) : values }
}

function wrongShape(name: string, shape: Shape, accepted: readonly Shape[], advice: string): UsageError {
  return new UsageError(`${printable(name)} does not fit the input of the model`, {
    received: shape.length === 0 ? 'a single number' : printShape(shape),
    expected: [...new Set(accepted.map(printBatch))].join(' or '),
    advice,
  })
}

function adviceFor(shape: Shape, layout: Layout, volume: Model['input']): string {
  const other = layout === 'nchw' ? 'nhwc' : 'nchw'
  const rest = shape.slice(1)
  if (sameShape(rest, shapeIn(other, volume))) return layout === 'nchw' ? 'leave --layout nchw out' : '--layout nchw'
  if (sameShape(shape, shapeIn(layout, volume)) || sameShape(shape, shapeIn(other, volume)))
    return 'add an axis for the batch: x[None]'
  return 'the first axis counts the images; the others are those of one image'
}
