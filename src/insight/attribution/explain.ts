/** All that one forward and one backward pass say: the scores, the gradient and Grad-CAM. For a first look, which must be quick. */

import { volumeSize } from '../../core/shapes.ts'
import type { Model } from '../../model/model.ts'
import { checkPictures } from '../../model/pictures.ts'
import { type CamOptions, type ClassActivationMaps, camOptionNames, gradCamOf } from './gradCam.ts'
import { mapLayer, NoMapError } from './layer.ts'
import type { AttributionMaps } from './maps.ts'
import { checkRun, runPasses } from './pass.ts'
import { aimsOf, type Explained } from './target.ts'

export interface Explanation {
  /** [n, scores]: what the network's last layer gives. */
  readonly scores: Float32Array
  readonly gradient: AttributionMaps
  /** Undefined for a network without maps. */
  readonly gradCam: ClassActivationMaps | undefined
}

/**
 * @param images [n, h, w, c], normalized, as `Model.predict` takes them
 * Throws as `gradCam` does.
 */
export async function explain(model: Model, images: Float32Array, options: CamOptions = {}): Promise<Explanation> {
  checkRun<CamOptions>('explain', options, camOptionNames)
  const count = checkPictures(images, model.input)
  const given = images.slice()
  const [each, classes] = [volumeSize(model.input), volumeSize(model.output)]
  const aims = aimsOf(model, options.target, count)
  const layer = layerOrNone(model, aims.layer, options.layer)
  const [input, last] = [model.network.nodes[0]?.name as string, model.network.nodes.at(-1)?.name as string]
  const scores = new Float32Array(count * classes)
  const slopes = new Float32Array(given.length)
  const { height: rows = 0, width: columns = 0, channels: depth = 0 } = layer?.output ?? {}
  const cam = new Float32Array(count * rows * columns)
  const explained: Explained[] = []
  const name = layer?.node.name
  await runPasses(
    model,
    {
      count,
      of: aims.layer,
      to: ['pictures', ...(name === undefined ? [] : [{ node: name }])],
      taps: [last, ...(name === undefined ? [] : [name])],
      image: (index, into) => into.set(given.subarray(index * each, (index + 1) * each)),
      start: (index, values, start) => explained.push(aims.start(index, values, start)),
      take(index, { gradients, taps }) {
        scores.set(taps[last] as Float32Array, index * classes)
        slopes.set(gradients[input] as Float32Array, index * each)
        if (name === undefined) return
        const [back, values] = [gradients[name], taps[name]] as [Float32Array, Float32Array]
        cam.set(gradCamOf(back, values, depth), index * rows * columns)
      },
    },
    options,
  )
  const { height, width, channels } = model.input
  return {
    scores,
    gradient: { shape: [count, height, width, channels], data: slopes, explained },
    gradCam: name === undefined ? undefined : { shape: [count, rows, columns], data: cam, explained, layer: name },
  }
}

/** Throws for a layer that is named and gives no map. */
function layerOrNone(model: Model, of: string, layer: string | undefined) {
  try {
    return mapLayer(model, of, layer)
  } catch (error) {
    if (error instanceof NoMapError) return undefined
    throw error
  }
}
