/**
 * Networks with what the reference computes for them, forward and backward, as files that python/check_layers.py compares a
 * PyTorch module with.
 */

import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { referenceBackend } from '../../src/backends/reference/backend.ts'
import { LensletError } from '../../src/core/errors.ts'
import { sizeOf } from '../../src/core/shapes.ts'
import { type LayerType, layers } from '../../src/layers/layers.ts'
import type { Tensor } from '../../src/model/safetensors.ts'
import { writeSafetensors } from '../../src/model/safetensors.ts'
import { networkToJson } from '../../src/network/json.ts'
import { inferVolumes, type SizedNode } from '../../src/network/volumes.ts'
import { parse } from '../../src/notation/parse.ts'
import type { GradientTarget } from '../../src/plan/goal.ts'
import { plan } from '../../src/plan/plan.ts'
import { Draw } from '../differential/draw.ts'
import { fill, inputsOf, outputGradientOf } from '../differential/fill.ts'
import { drawTree, textOf } from '../differential/networks.ts'
import { type Trial, workOf } from '../differential/trials.ts'
import { channels, side, wordRows } from '../differential/words.ts'

export interface TorchTrial {
  readonly text: string
  readonly seed: number
  readonly batch: number
  readonly statistics: 'batch' | 'tracked'
}

/** Every layer by itself on volumes of any shape, `each` times, and then as many networks of several layers. */
export function drawTrials(seed: number, each: number): readonly TorchTrial[] {
  const texts: string[] = []
  for (const type of Object.keys(wordRows) as LayerType[]) {
    const row = wordRows[type]
    for (let index = 0; index < each; index++) {
      const draw = Draw.seeded(seed, type, `${index}`)
      if (typeof row !== 'string') texts.push(fitting(draw, (volume) => row.word(draw, volume)))
      else if (row === 'joins') texts.push(fitting(draw, () => `${layers[type].notation.word}(ID | SIGMOID | TANH)`))
    }
  }
  const count = texts.length
  for (let index = 0; index < count / 4; index++) texts.push(textOf(drawTree(Draw.seeded(seed, 'tree', `${index}`))))
  const trials = texts.map((text, index): TorchTrial => {
    const draw = Draw.seeded(seed, 'trial', `${index}`)
    return { text, seed: draw.between(0, 1e6), batch: draw.between(2, 4), statistics: draw.pick(['batch', 'tracked']) }
  })
  return trials.filter((trial) => workOf(trial) < 1_000_000 && isPlanned(trial))
}

type Volume = { readonly height: number; readonly width: number; readonly channels: number }

/** A word that works out on a volume. */
function fitting(draw: Draw, word: (volume: Volume) => string): string {
  for (;;) {
    const volume = { height: side(draw), width: side(draw), channels: channels(draw) }
    const text = `INPUT ${volume.height}x${volume.width}x${volume.channels} -> ${word(volume)}`
    try {
      inferVolumes(parse(text))
      return text
    } catch (error) {
      if (!(error instanceof LensletError)) throw error
    }
  }
}

/** Batch statistics of a single value, and the like, are refused. */
function isPlanned(trial: TorchTrial): boolean {
  try {
    return planned(trial) !== undefined
  } catch (error) {
    if (error instanceof LensletError) return false
    throw error
  }
}

function planned({ text, batch, statistics }: TorchTrial) {
  const network = parse(text)
  const last = network.nodes.at(-1)?.name as string
  const learns = inferVolumes(network).some(({ parameters }) => parameters.some(({ role }) => role === 'learned'))
  const to: readonly GradientTarget[] = learns ? ['pictures', 'weights'] : ['pictures']
  return plan(network, { batch, taps: [last], goal: { kind: 'gradients', of: { node: last }, to, statistics } })
}

/** Writes a folder for each trial: network.json and arrays.safetensors. */
export async function writeTrials(folder: string, trials: readonly TorchTrial[]): Promise<void> {
  for (const [index, trial] of trials.entries()) {
    const place = join(folder, `${index}`.padStart(4, '0'))
    await mkdir(place, { recursive: true })
    await writeFile(join(place, 'network.json'), networkToJson(parse(trial.text)))
    const { arrays, seed } = await computed(trial)
    await writeFile(join(place, 'arrays.safetensors'), writeSafetensors(arrays, {}))
    await writeFile(
      join(place, 'trial.json'),
      JSON.stringify({ text: trial.text, training: trial.statistics === 'batch', seed: seed[0], step: seed[1] }),
    )
  }
}

async function computed(given: TorchTrial) {
  const { text, batch, seed } = given
  const made = planned(given)
  const { nodes } = made.network
  const trial = { text, batch, seed } as Trial
  const inputs = inputsOf(trial)
  const program = await referenceBackend.bind(made)
  fill(program, inputs, trial)
  await program.run()
  const arrays = new Map<string, Tensor>()
  const put = (name: string, shape: readonly number[], values: ArrayLike<number>) =>
    arrays.set(name, { shape, values: Float32Array.from(values) })
  const read = async (name: string, buffer: number | undefined) => {
    if (buffer === undefined) throw new Error(`${text}: the plan has no ${name}`)
    const { shape } = made.buffers[buffer] as { shape: readonly number[] }
    put(name, shape, await program.read(buffer))
  }
  const { height, width, channels: depth } = (inputs.nodes[0] as SizedNode).output
  put('pictures', [batch, height, width, depth], inputs.pictures)
  for (const { node, parameters } of inputs.nodes)
    for (const { name, shape } of parameters)
      put(`weight.${node.name}.${name}`, shape, inputs.weights.get(`${node.name}.${name}`) as Float64Array)
  for (const { name, buffer } of made.parameters) await read(`after.${name}`, buffer)
  const size = sizeOf(made.buffers[made.ports.outputGradient as number]?.shape ?? [])
  put('dy', [size], outputGradientOf(seed, size))
  const { gradients } = made.ports
  await read('y', made.ports.taps?.[nodes.at(-1)?.name as string])
  await read('gradient.pictures', gradients?.nodes[nodes[0]?.name as string])
  for (const [name, buffer] of Object.entries(gradients?.weights ?? {})) await read(`gradient.${name}`, buffer)
  await program.dispose()
  return { arrays, seed: inputs.seed }
}
