/**
 * Lenslet itself, by its public entry, as a user calls it: `predict` with its copies, into an array that is there already,
 * `train` with everything it does. It takes part with the wide kernels, as the command line does, and without them, as in a
 * page or in a program that did not ask.
 */

import { allowWide, dataset, Model, type Progress, train } from 'lenslet'
import type { SizedNode } from 'lenslet/network'
import { repeat } from '../timing.ts'
import { labelledBytes, picturesOf, type Subject, subjectOf } from '../values.ts'
import type { ForwardWork, TrainWork } from '../work.ts'
import { changesOf, packageVersion } from './common.ts'
import type { Contender, Peer } from './types.ts'

interface Manner {
  readonly threads: number
  readonly wide: boolean
}

async function modelOf({ network, weights }: Subject, batch: number, { threads, wide }: Manner): Promise<Model> {
  // For the whole process, which is this contender's alone.
  if (wide) allowWide()
  const model = await Model.create(network, { threads, batch, initial: 'zeros' })
  for (const [name, { values }] of weights) model.weights.set(name, values)
  return model
}

async function forward({ network, batch }: ForwardWork, manner: Manner): Promise<Contender> {
  const subject = subjectOf(network)
  const model = await modelOf(subject, batch, manner)
  const pictures = picturesOf(subject, batch)
  const outputs = await model.predict(pictures)
  const into = outputs.slice()
  return {
    outputs,
    description: model.description,
    time: (milliseconds) => repeat(() => model.predict(pictures, { into }), milliseconds),
  }
}

/** Bytes to (b/255 − ½)·2: the same for every contender. */
const normalization = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] }

async function trainer(work: TrainWork, manner: Manner): Promise<Contender> {
  const { batch, rate, momentum, weightDecay, checkedSteps } = work
  const subject = subjectOf(work.network)
  const { height, width, channels } = (subject.nodes[0] as SizedNode).output
  const last = subject.nodes.at(-1) as SizedNode
  const classes = Array.from({ length: last.output.channels }, (_, index) => `class ${index}`)
  const optimizer = { kind: 'momentum', rate, momentum, weightDecay } as const

  /** Steps on the first `count` pictures, `evaluate` never: an epoch is count/batch steps. */
  const begin = async (count: number, epochs: number) => {
    const split = { height, width, channels, ...labelledBytes(subject, count) }
    const model = await modelOf(subject, batch, manner)
    const data = dataset({ classes, train: split, test: split, normalization })
    return { model, steps: train(model, data, { epochs, batch, optimizer, evaluate: 'never' }) }
  }

  const checked = await begin(batch, checkedSteps)
  for await (const _ of checked.steps);
  const outputs = changesOf(subject, (name) => checked.model.weights.get(name))
  await checked.model.dispose()

  const timed = await begin(8 * batch, 1_000_000)
  const next = async (): Promise<number> => ((await timed.steps.next()).value as Progress).step
  let seen = await next()
  return {
    outputs,
    description: timed.model.description,
    /** The loop reports every 100 ms or so; a report's steps share its time. */
    async time(milliseconds) {
      const before = seen
      const from = await next()
      const start = performance.now()
      let now = start
      while (now - start < milliseconds) {
        seen = await next()
        now = performance.now()
      }
      return { times: [(now - start) / (seen - from)], runs: seen - before }
    },
  }
}

function peer(name: string, wide: boolean): Peer {
  return {
    name,
    kind: 'WebAssembly',
    own: true,
    version: () => packageVersion('lenslet'),
    refuses: () => undefined,
    forward: (work, threads) => forward(work, { threads, wide }),
    train: (work, threads) => trainer(work, { threads, wide }),
  }
}

export const lenslet = peer('lenslet', true)

/** 128-bit operations only. */
export const lensletNarrow = peer('lenslet-narrow', false)
