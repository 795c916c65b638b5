/** Answers questions about what is inside the network, with the weights of this moment. */

import { sizeOf } from 'lenslet/core'
import {
  activationMaps,
  attributionMethods,
  effectiveField,
  fieldWindow,
  showLayer,
  topPredictions,
} from 'lenslet/insight'
import { type EngineContext, type Handlers, Moved } from '../engine/context.ts'
import { fitting, imageOf } from './images.ts'
import { glanceOf, mapsOf } from './maps.ts'
import type { LayerGlance, LayerMaps, LookCalls } from './messages.ts'
import { type Subject, Twin } from './twin.ts'
import { filtersOf, statisticsOf } from './weights.ts'

const twin = new Twin()
let isListening = false

function look<T>({ session, tell }: EngineContext, text: string, use: (subject: Subject) => Promise<T>) {
  if (!isListening)
    session.changed(() => {
      twin.forget()
      tell('look.replaced', {})
    })
  isListening = true
  return twin.look(session, text, use)
}

/** The map that is being computed; the next question ends it. */
let mattersNow = new AbortController()

export const handlers: Handlers<LookCalls> = {
  'look.image': ({ text, image }, context) =>
    look(context, text, async (subject) => {
      const { model, data } = subject
      const { values, ...shown } = await imageOf(subject, image)
      const isClassifier = model.output.height * model.output.width === 1
      const scores = isClassifier ? await model.predict(values) : undefined
      const counts = {
        train: fitting(data, 'train', model.input)?.count ?? 0,
        test: fitting(data, 'test', model.input)?.count ?? 0,
      }
      const guesses = scores?.every(Number.isFinite) ? topPredictions(model, scores, 5) : []
      return { ...shown, volume: model.input, counts, guesses }
    }),

  'look.filters': ({ text, layer }, context) => look(context, text, async (subject) => filtersOf(subject, layer)),

  'look.activations': async ({ text, image, layer }, context) => {
    const answer = await look(context, text, async (subject) => {
      const { values, bytes } = await imageOf(subject, image)
      const layers: LayerGlance[] = []
      let chosen: LayerMaps | undefined
      const [input] = subject.model.network.nodes
      await activationMaps(subject.model, values, (activation) => {
        if (activation.layer !== input?.name) layers.push(glanceOf(activation))
        if (activation.layer === layer) chosen = mapsOf(activation)
      })
      return { image: { bytes, volume: subject.model.input }, layers, ...(chosen !== undefined && { chosen }) }
    })
    const maps = [...answer.layers.map(({ map }) => map), ...(answer.chosen?.maps ?? [])]
    return new Moved(
      answer,
      maps.map(({ values }) => values.buffer as ArrayBuffer),
    )
  },

  'look.field': ({ text, image, layer, channel, position }, context) =>
    look(context, text, async (subject) => {
      const { model } = subject
      const { values } = await imageOf(subject, image)
      const { window, inside } = fieldWindow(model.network, layer, position)
      const found = await model.activations(values, [layer])
      const { data, shape } = found[layer] ?? { data: new Float32Array(), shape: [] }
      const [, , width = 1, channels = 1] = shape
      const [first] = model.network.nodes
      const effective =
        first?.name === layer ? undefined : await effectiveField(model, values, layer, { channel, position })
      return {
        value: data[(position[0] * width + position[1]) * channels + channel] ?? Number.NaN,
        ...{ window, inside, side: effective?.side ?? 1 },
        influence: effective?.data ?? new Float32Array(model.input.height * model.input.width),
      }
    }),

  'look.matters': async ({ text, image, method, target, layer }, context) => {
    mattersNow.abort()
    mattersNow = new AbortController()
    const { signal } = mattersNow
    const { map, signed, colored, isSlow } = attributionMethods[method]
    try {
      return await look(context, text, async (subject) => {
        signal.throwIfAborted()
        const { values } = await imageOf(subject, image)
        const found = await map(subject.model, values, {
          ...{ target, layer, signal },
          ...(isSlow && { progress: (done: number, all: number) => context.tell('look.progress', { done, all }) }),
        })
        const { data, shape, explained } = found
        const size = sizeOf(shape.slice(1))
        return {
          ...{ shape: shape.slice(1), map: data.slice(0, size), signed, colored },
          bgr: subject.model.info.normalization?.colors === 'bgr',
          label: explained[0]?.label ?? '',
          score: explained[0]?.score ?? Number.NaN,
          ...('layer' in found && typeof found.layer === 'string' && { layer: found.layer }),
        }
      })
    } catch (error) {
      if (signal.aborted) return undefined
      throw error
    }
  },

  'look.statistics': ({ text }, context) => look(context, text, statisticsOf),

  'look.layer': ({ text, image, layer, filters }, context) =>
    look(context, text, async (subject) => {
      const { values } = await imageOf(subject, image)
      return { shown: await showLayer(subject.model, values, layer, { filters }) }
    }),
}
