/** Files with weights: safetensors, models and checkpoints. In Lenslet's own formats, every flipped bit must be noticed. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Random } from '../../../src/core/random.ts'
import { sizeOf } from '../../../src/core/shapes.ts'
import { decodeModel, encodeModel } from '../../../src/model/file.ts'
import { Model } from '../../../src/model/model.ts'
import { checksumOf } from '../../../src/model/safetensors/checksum.ts'
import { readSafetensors } from '../../../src/model/safetensors/read.ts'
import type { Tensor } from '../../../src/model/safetensors/tensor.ts'
import { rawFile } from '../../../src/model/safetensors/testing/files.ts'
import { writeSafetensors } from '../../../src/model/safetensors/write.ts'
import { parse } from '../../../src/notation/parse.ts'
import { readCheckpoint } from '../../../src/train/checkpoint.ts'
import { train } from '../../../src/train/loop.ts'
import { forge } from '../../../src/train/testing/forge.ts'
import { stripeNetwork, stripes } from '../../../src/train/testing/stripes.ts'
import { expectThat, Wrong } from '../row.ts'
import { edges, flipBit, mutateBytes } from './bytes.ts'
import { type Format, type Fuzzer, pick } from './format.ts'
import { hostileSafetensors } from './hostile/safetensors.ts'
import { mutateJson } from './json.ts'

/** Header and values of a file that is whole. */
function takeApart(file: Uint8Array): { readonly header: Record<string, unknown>; readonly values: Uint8Array } {
  const length = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true))
  const header = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + length))) as Record<string, unknown>
  return { header, values: file.subarray(8 + length) }
}

/** Bytes anywhere, or another header before the same values, of a length that is mostly true. */
function mutateFile(random: Random, good: readonly Uint8Array[]): Uint8Array {
  if (random.integer(3) === 0) return mutateBytes(random, good)
  const { header, values } = takeApart(pick(random, good))
  const length = random.integer(12) === 0 ? BigInt(pick(random, edges)) : undefined
  return rawFile(mutateJson(random, header), values, length)
}

const types = 'F64 F32 F16 BF16 I64 I32 I16 I8 U8 BOOL F8_E4M3 C64 X9'.split(' ')

const safetensors: Format = {
  name: 'safetensors',
  memory: 512,
  short: 1000,
  async prepare() {
    const good = types.slice(0, 10).map((dtype) => {
      const bits = { 64: 64, 32: 32, 16: 16, 8: 8 }[dtype.replace(/\D/g, '')] ?? 8
      const [size, shape] = [(6 * bits) / 8, [2, 3]]
      const header = {
        __metadata__: { note: 'x' },
        a: { dtype, shape, data_offsets: [0, size] },
        b: { dtype: 'F32', shape: [], data_offsets: [size, size + 4] },
      }
      return rawFile(JSON.stringify(header), new Uint8Array(size + 4))
    })
    return {
      good,
      hostile: hostileSafetensors,
      draw: (random) => mutateFile(random, good),
      read(bytes) {
        for (const [name, tensor] of readSafetensors(bytes).tensors) {
          const { length } = tensor.values
          expectThat(length === sizeOf(tensor.shape), `${name} has ${length} values for ${tensor.shape}`)
        }
      },
    }
  },
}

async function trainedModel(): Promise<Parameters<typeof encodeModel>[0]> {
  const network = parse('INPUT 8x8x1 -> CONV3-4 -> BN -> RELU -> POOL2 -> FC-3')
  const model = await Model.create(network, { seed: 1, threads: 1 })
  try {
    const tensors = new Map<string, Tensor>(
      model.weights.names.map((name) => {
        const { shape } = model.weights.get(name)
        return [name, { shape, values: model.weights.get(name).slice() }]
      }),
    )
    const info = {
      classes: ['a', 'b', 'c'],
      normalization: { mean: [0.1], std: [0.3] },
      origin: 'made by the stress script',
    }
    return { network, info, tensors }
  } finally {
    await model.dispose()
  }
}

/** Reads a model as `Model.load` does, and looks for values that give no scores. */
function readModel(bytes: Uint8Array): void {
  const { network, info, tensors } = decodeModel(bytes)
  for (const [name, { values }] of tensors) expectThat(values.every(Number.isFinite), `${name} is not finite`)
  const outputs = network.nodes.at(-1)
  expectThat(outputs !== undefined, 'a model without layers')
  for (const value of info.normalization?.std ?? []) expectThat(value > 0, `a deviation of ${value}`)
}

const model: Format = {
  name: 'model file',
  memory: 512,
  short: 1000,
  async prepare() {
    const file = encodeModel(await trainedModel())
    const { tensors, metadata } = readSafetensors(file)
    const { checksum: _, ...texts } = metadata
    const changed = (random: Random, key: string) => mutateJson(random, JSON.parse(texts[key] ?? '{}'))
    return {
      good: [file],
      draw(random) {
        const kind = random.integer(5)
        if (kind === 0) return mutateFile(random, [file])
        // What somebody could make on purpose: with a true checksum.
        if (kind === 1) return sealed({ ...texts, network: changed(random, 'network') }, tensors)
        if (kind === 2) return sealed({ ...texts, info: changed(random, 'info') }, tensors)
        return sealed(texts, otherTensors(random, tensors))
      },
      read: readModel,
    }
  },
}

function sealed(texts: Readonly<Record<string, string>>, tensors: ReadonlyMap<string, Tensor>): Uint8Array {
  return writeSafetensors(tensors, { ...texts, checksum: checksumOf(texts, tensors) })
}

function otherTensors(random: Random, tensors: ReadonlyMap<string, Tensor>): ReadonlyMap<string, Tensor> {
  const out = new Map(tensors)
  const name = pick(random, [...out.keys()])
  const { shape, values } = out.get(name) as Tensor
  const change = random.integer(4)
  if (change === 0) out.delete(name)
  else if (change === 1) out.set('extra.filters', { shape: [2], values: new Float32Array(2) })
  else if (change === 2) out.set(name, { shape: [values.length], values })
  else {
    const other = values.slice()
    other[random.integer(other.length)] = pick(random, [Number.NaN, Infinity, -Infinity, -1, 3e38, 0])
    out.set(name, { shape, values: other })
  }
  return out
}

async function checkpointFile(folder: string): Promise<Uint8Array> {
  const path = join(folder, 'checkpoint.safetensors')
  const trained = await Model.create(parse(stripeNetwork), { seed: 1, threads: 1 })
  try {
    for await (const _ of train(trained, stripes(32), { epochs: 2, batch: 16, seed: 1, checkpoint: { path } }));
    return new Uint8Array(readFileSync(path))
  } finally {
    await trained.dispose()
  }
}

async function readWhole(bytes: Uint8Array): Promise<void> {
  const { state, tensors } = await readCheckpoint(bytes)
  expectThat(Number.isSafeInteger(state.step) && state.step >= 0, `a checkpoint at step ${state.step}`)
  for (const [name, { values }] of tensors) expectThat(values.length >= 0, `${name} without values`)
}

const checkpoint: Format = {
  name: 'checkpoint',
  memory: 512,
  short: 500,
  async prepare(folder) {
    const file = await checkpointFile(folder)
    const { identity = '', state = '' } = readSafetensors(file).metadata
    return {
      good: [file],
      draw(random) {
        if (random.integer(2) === 0) return mutateFile(random, [file])
        return random.integer(2) === 0
          ? forge(file, { state: mutateJson(random, JSON.parse(state)) })
          : forge(file, { identity: mutateJson(random, JSON.parse(identity)) })
      },
      read: readWhole,
    }
  },
}

/** One bit of a file of ours: nothing that can be read may come of it. */
function flipped(name: string, make: (folder: string) => Promise<Uint8Array>, read: Fuzzer['read']): Format {
  return {
    name: `${name}, one bit flipped`,
    memory: 512,
    short: 300,
    async prepare(folder) {
      const file = await make(folder)
      const same = (bytes: Uint8Array) => Buffer.compare(bytes, file) === 0
      return {
        good: [file],
        draw: (random) => flipBit(random, file, []),
        async read(bytes) {
          await read(bytes)
          if (!same(bytes)) throw new Wrong('accepted with another bit')
        },
      }
    },
  }
}

export const weightFormats = [
  safetensors,
  model,
  flipped('model file', async () => encodeModel(await trainedModel()), readModel),
  checkpoint,
  flipped('checkpoint', checkpointFile, readWhole),
]
