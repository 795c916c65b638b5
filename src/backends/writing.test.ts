/** What is written to a program is what its next run computes with, also where filters were prepared before. */

import { afterEach, describe, expect, it } from 'vitest'
import { Random } from '../core/random.ts'
import { sizeOf } from '../core/shapes.ts'
import { Model } from '../model/model.ts'
import { parse } from '../notation/parse.ts'
import type { TypedArray } from '../ops/arrays.ts'
import { plan } from '../plan/plan.ts'
import { referenceBackend } from './reference/backend.ts'
import { testedBackends } from './testing/backends.ts'
import type { Program } from './types.ts'

/** Scores fold this norm into the filters as they are prepared. */
const network = parse('INPUT 6x6x3 -> CONV3-8 -> BN -> RELU -> CONV3-8 -> FC-4')
const weights = ['conv1.filters', 'conv1.bias', 'bn1.scale', 'bn1.shift', 'bn1.mean', 'bn1.variance', 'fc1.filters']

const programs: Program[] = []
afterEach(() => Promise.all(programs.splice(0).map((program) => program.dispose())))

const random = Random.seeded(3)
const pictures = Float32Array.from({ length: 2 * 6 * 6 * 3 }, () => random.normal())
const changed = (values: Float32Array) => values.map((value) => value + 0.5)

describe.each(testedBackends)('%s, %i threads', (name, threads, backend) => {
  const of = plan(network, { batch: 2, target: backend.target({ threads }) })
  const bind = async (values: ReadonlyMap<string, TypedArray>) => {
    const program = await backend.bind(of)
    programs.push(program)
    for (const { name, buffer } of of.parameters) program.write(buffer, values.get(name) as TypedArray)
    return program
  }
  const bufferOf = (name: string) => of.parameters.find((parameter) => parameter.name === name)?.buffer as number
  const scoresOf = async (program: Program) => {
    program.write(of.ports.pictures, pictures)
    await program.run()
    return program.read(of.ports.output)
  }

  it('folds the norm into the filters, so that its tracked values are prepared, too', () => {
    expect(of.steps.map(({ kind }) => kind)).not.toContain('batchNorm.inference')
    expect(of.steps[0]?.inputs).toContain(bufferOf('bn1.mean'))
    if (backend !== referenceBackend) expect(of.steps[0]?.prepared).toBeDefined()
  })

  it.each(weights)('a new %s changes the next run, to the bits of a program that never knew another', async (name) => {
    const first = new Map<string, Float32Array>()
    for (const { name, buffer } of of.parameters) {
      const random = Random.seeded(1, name)
      const draw = () => (name.endsWith('variance') ? 1 + random.next() : random.normal())
      first.set(name, Float32Array.from({ length: sizeOf(of.buffers[buffer]?.shape ?? []) }, draw))
    }
    const second = new Map(first).set(name, changed(first.get(name) as Float32Array))
    const program = await bind(first)
    const before = await scoresOf(program)
    program.write(bufferOf(name), second.get(name) as Float32Array)
    const after = await scoresOf(program)
    expect(after).not.toEqual(before)
    expect(after).toEqual(await scoresOf(await bind(second)))
    program.write(bufferOf(name), first.get(name) as Float32Array)
    expect(await scoresOf(program)).toEqual(before)
  })

  it.each(weights)("and a model's next prediction", async (weight) => {
    const options = { seed: 2, batch: 2, threads, backend: name as 'wasm' | 'reference' }
    await using model = await Model.create(network, options)
    const before = await model.predict(pictures)
    model.weights.set(weight, changed(model.weights.get(weight)))
    const after = await model.predict(pictures)
    expect(after).not.toEqual(before)
    await using other = await Model.create(network, options)
    other.weights.set(weight, changed(other.weights.get(weight)))
    expect(await other.predict(pictures)).toEqual(after)
  })
})
