/** All ways to say what matters in an image, as a table: for menus, command lines and comparisons. */

import type { Model } from '../../model/model.ts'
import { type CamOptions, gradCam, gradCamPlusPlus } from './gradCam.ts'
import { deconvnet, gradient, gradientTimesInput, guidedBackprop } from './gradient.ts'
import { type IntegratedGradientsOptions, integratedGradients } from './integratedGradients.ts'
import type { AttributionMaps, AttributionOptions } from './maps.ts'
import { type OcclusionOptions, occlusion } from './occlusion.ts'
import { type ScoreCamOptions, scoreCam } from './scoreCam.ts'
import { type SmoothGradOptions, smoothGrad } from './smoothGrad.ts'

/** What some of the methods take; each takes its own. */
export interface MethodOptions
  extends AttributionOptions,
    Pick<CamOptions, 'layer'>,
    Pick<IntegratedGradientsOptions, 'steps' | 'baseline'>,
    Pick<SmoothGradOptions, 'samples' | 'noise' | 'seed'>,
    Pick<ScoreCamOptions, 'channels'>,
    Pick<OcclusionOptions, 'window' | 'stride' | 'value'> {
  readonly target?: number | string | undefined
}

export interface AttributionMethod {
  readonly title: string
  /** One line: what a map shows. */
  readonly says: string
  readonly paper: string
  /** Whether values below 0 speak against the target. */
  readonly signed: boolean
  /** Whether a map has the image's colors. */
  readonly colored: boolean
  /** Passes through the network for an image, by these options; more than a few take a while. */
  readonly isSlow: boolean
  map(model: Model, images: Float32Array, options: MethodOptions): Promise<AttributionMaps>
}

const run = ({ target, batch, signal, progress }: MethodOptions) => ({ target, batch, signal, progress })

const rows = {
  gradCam: {
    title: 'Grad-CAM',
    says: 'where the last map has what speaks for the class',
    paper: 'Selvaraju et al. 2017',
    signed: false,
    colored: false,
    isSlow: false,
    map: (model, images, options) => gradCam(model, images, { ...run(options), layer: options.layer }),
  },
  gradCamPlusPlus: {
    title: 'Grad-CAM++',
    says: 'the same, with several objects of a class counted alike',
    paper: 'Chattopadhay et al. 2018',
    signed: false,
    colored: false,
    isSlow: false,
    map: (model, images, options) => gradCamPlusPlus(model, images, { ...run(options), layer: options.layer }),
  },
  scoreCam: {
    title: 'Score-CAM',
    says: 'channels of the last map by the scores of the image masked with them',
    paper: 'Wang et al. 2020',
    signed: false,
    colored: false,
    isSlow: true,
    map: (model, images, options) =>
      scoreCam(model, images, { ...run(options), layer: options.layer, channels: options.channels }),
  },
  gradient: {
    title: 'Gradient',
    says: 'how much the score changes with each pixel',
    paper: 'Simonyan et al. 2014',
    signed: false,
    colored: false,
    isSlow: false,
    map: (model, images, options) => gradient(model, images, run(options)),
  },
  gradientTimesInput: {
    title: 'Gradient × input',
    says: 'what each pixel adds to the score, to first order',
    paper: 'Shrikumar et al. 2016',
    signed: true,
    colored: false,
    isSlow: false,
    map: (model, images, options) => gradientTimesInput(model, images, run(options)),
  },
  smoothGrad: {
    title: 'SmoothGrad',
    says: 'the mean gradient of noisy copies of the image',
    paper: 'Smilkov et al. 2017',
    signed: false,
    colored: false,
    isSlow: true,
    map: (model, images, options) =>
      smoothGrad(model, images, {
        ...run(options),
        samples: options.samples,
        noise: options.noise,
        seed: options.seed,
      }),
  },
  integratedGradients: {
    title: 'Integrated gradients',
    says: 'what each pixel adds to the score, on the way from a plain image',
    paper: 'Sundararajan et al. 2017',
    signed: true,
    colored: false,
    isSlow: true,
    map: (model, images, options) =>
      integratedGradients(model, images, { ...run(options), steps: options.steps, baseline: options.baseline }),
  },
  guidedBackprop: {
    title: 'Guided backpropagation',
    says: 'the pattern that excites the units which speak for the class',
    paper: 'Springenberg et al. 2015',
    signed: false,
    colored: true,
    isSlow: false,
    map: (model, images, options) => guidedBackprop(model, images, run(options)),
  },
  deconvnet: {
    title: 'Deconvnet',
    says: 'the score, sent back to the image through transposed filters and switches',
    paper: 'Zeiler and Fergus 2014',
    signed: false,
    colored: true,
    isSlow: false,
    map: (model, images, options) => deconvnet(model, images, run(options)),
  },
  occlusion: {
    title: 'Occlusion',
    says: 'how much of the probability a hidden window costs',
    paper: 'Zeiler and Fergus 2014',
    signed: true,
    colored: false,
    isSlow: true,
    map: (model, images, { target, signal, progress, window, stride, value }) =>
      occlusion(model, images, { target, signal, progress, window, stride, value }),
  },
} as const satisfies Record<string, AttributionMethod>

export type AttributionName = keyof typeof rows

export const attributionMethods: Readonly<Record<AttributionName, AttributionMethod>> = rows
