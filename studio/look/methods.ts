/** The methods of `attributionMethods` as the page's menu needs them: the methods themselves are the engine's. */

import type { AttributionName } from 'lenslet/insight'

export interface MethodFacts {
  readonly title: string
  readonly paper: string
  /** Takes many passes. */
  readonly isSlow: boolean
  /** A map of a layer, which can be chosen. */
  readonly isOfLayer: boolean
}

/** One row a method: a new one without a row does not compile. A test compares them with the library's. */
export const methodFacts: Readonly<Record<AttributionName, MethodFacts>> = {
  gradCam: { title: 'Grad-CAM', paper: 'Selvaraju et al. 2017', isSlow: false, isOfLayer: true },
  gradCamPlusPlus: { title: 'Grad-CAM++', paper: 'Chattopadhay et al. 2018', isSlow: false, isOfLayer: true },
  scoreCam: { title: 'Score-CAM', paper: 'Wang et al. 2020', isSlow: true, isOfLayer: true },
  gradient: { title: 'Gradient', paper: 'Simonyan et al. 2014', isSlow: false, isOfLayer: false },
  gradientTimesInput: { title: 'Gradient × input', paper: 'Shrikumar et al. 2016', isSlow: false, isOfLayer: false },
  smoothGrad: { title: 'SmoothGrad', paper: 'Smilkov et al. 2017', isSlow: true, isOfLayer: false },
  integratedGradients: {
    title: 'Integrated gradients',
    paper: 'Sundararajan et al. 2017',
    isSlow: true,
    isOfLayer: false,
  },
  guidedBackprop: {
    title: 'Guided backpropagation',
    paper: 'Springenberg et al. 2015',
    isSlow: false,
    isOfLayer: false,
  },
  deconvnet: { title: 'Deconvnet', paper: 'Zeiler and Fergus 2014', isSlow: false, isOfLayer: false },
  occlusion: { title: 'Occlusion', paper: 'Zeiler and Fergus 2014', isSlow: true, isOfLayer: false },
}

export const attributionNames = Object.keys(methodFacts) as readonly AttributionName[]
