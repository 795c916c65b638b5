/** Applies rules for how weights start to a program that is about to train. Each says what it did. */

import { Random } from '../../core/random.ts'
import { volumeSize } from '../../core/shapes.ts'
import { counted, listed } from '../../core/text.ts'
import { Batches } from '../../data/batches.ts'
import { emptyArray } from '../../ops/arrays.ts'
import { bufferOf } from '../../plan/step.ts'
import type { StartContext } from './context.ts'
import { unitVariance } from './lsuv.ts'
import { fillIdentity, fillOrthogonal, fillUniform, scaleTo } from './matrices.ts'
import type { ResolvedStart, Start, StartKind, StartTarget } from './options.ts'
import { fillWhitening, PatchCovariance } from './whitening.ts'

type Apply<K extends StartKind> = (
  rule: Extract<Start, { readonly kind: K }>,
  targets: readonly StartTarget[],
  context: StartContext,
) => Promise<string>

const kinds: { readonly [K in StartKind]: Apply<K> } = {
  async uniform(_, targets, context) {
    await each(targets, context, (values, target, random) => fillUniform(values, target, random))
    return `uniform within ±1/√fan-in: ${namesOf(targets)}`
  },
  async identity(_, targets, context) {
    let passing = 0
    await each(targets, context, (values, target) => {
      passing += fillIdentity(values, target)
    })
    return `identity: ${counted(passing, 'filter')} of ${namesOf(targets)} pass a channel through`
  },
  async orthogonal({ gain = 1 }, targets, context) {
    await each(targets, context, (values, target, random) => fillOrthogonal(values, target, random, gain))
    return `orthogonal${gain === 1 ? '' : `, times ${gain}`}: ${namesOf(targets)}`
  },
  async deviation({ deviation = 1 }, targets, context) {
    const before: string[] = []
    await each(targets, context, (values, target) => {
      before.push(`${target.name} from ${printed(scaleTo(values, deviation))}`)
    })
    return `scaled to deviation ${deviation}: ${listed(before)}`
  },
  async whitening({ images = 5000, epsilon = 5e-4 }, targets, context) {
    const said: string[] = []
    const count = Math.min(images, context.dataset.train.count)
    for (const target of targets) {
      const [rows, columns, depth, filters] = target.shape as readonly [number, number, number, number]
      const covariance = new PatchCovariance([rows, columns], context.model.input)
      await forImages(context, count, (image) => covariance.add(image))
      let written = 0
      await each([target], context, (values) => {
        written = fillWhitening(values, covariance, epsilon)
      })
      const patches = `${rows}×${columns}×${depth} patches of ${counted(count, 'image')}`
      said.push(`${target.name}, ${written} of ${counted(filters, 'filter')} from ${patches}`)
    }
    return `whitening: ${said.join('; ')}`
  },
  async lsuv(_, targets, context) {
    const found = await unitVariance(targets, context)
    const changes = found.map(({ name, before, after }) => `${name} ${printed(before)} to ${printed(after)}`)
    return `outputs scaled to deviation 1 on ${counted(context.settings.batch, 'image')}: ${listed(changes)}`
  },
}

/** A sentence for each rule. */
export async function applyStarts(starts: readonly ResolvedStart[], context: StartContext): Promise<readonly string[]> {
  const said: string[] = []
  for (const { rule, targets } of starts) {
    const apply = kinds[rule.kind] as Apply<StartKind>
    said.push(`start: ${await apply(rule, targets, context)}`)
  }
  return said
}

/** Changes each weight in place, with random numbers of its own. */
async function each(
  targets: readonly StartTarget[],
  { program, settings }: StartContext,
  change: (values: Float32Array, target: StartTarget, random: Random) => void,
): Promise<void> {
  const buffers = new Map(program.plan.parameters.map(({ name, buffer }) => [name, buffer]))
  for (const target of targets) {
    const buffer = buffers.get(target.name) as number
    const values = (await program.read(buffer)) as Float32Array
    change(values, target, Random.seeded(settings.seed, 'start', target.name))
    program.write(buffer, values)
  }
}

/** The first training images, normalized and not augmented. */
async function forImages(
  { program, dataset, settings }: StartContext,
  count: number,
  use: (image: Float32Array) => void,
): Promise<void> {
  const { batch, normalization } = settings
  const batches = new Batches(dataset.train, { batch, normalization, shuffle: false, dropLast: false })
  const size = volumeSize(dataset.train)
  const images = new Float32Array(batch * size)
  const labels = emptyArray(bufferOf(program.plan, program.plan.ports.labels as number)) as Float32Array
  for (let done = 0; done < count; done += batch) {
    await batches.ready(0, done / batch)
    batches.fill(0, done / batch, images, labels)
    for (let i = 0; i < Math.min(batch, count - done); i++) use(images.subarray(i * size, (i + 1) * size))
  }
}

const namesOf = (targets: readonly StartTarget[]) => listed(targets.map(({ name }) => name))
const printed = (value: number) => `${Number(value.toPrecision(3))}`
