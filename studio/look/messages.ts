/** Questions about what a network has learned and what it does with an image. All name the text of the design that they are about. */

import type { Volume } from 'lenslet/core'
import type { AttributionName, Histogram, ShownConvolution, ShownPooling } from 'lenslet/insight'

/** An image of the session's data, one that was drawn or dropped, or the test pattern that fits every network. */
export type ImageChoice =
  | { readonly from: 'train' | 'test'; readonly index: number }
  | { readonly from: 'tried'; readonly pixels: TriedPixels }
  | { readonly from: 'pattern' }

/** What a network was given to try, in colours. */
export interface TriedPixels {
  readonly height: number
  readonly width: number
  /** [height, width, 4] */
  readonly pixels: Uint8ClampedArray<ArrayBuffer>
}

/** What is looked at. */
interface Looked {
  readonly text: string
}

/** What every answer says of itself. */
export interface LookedAt {
  /** `start`: the weights that a training would start from, as there is no model of this design yet. */
  readonly of: 'model' | 'start'
  /** Milliseconds that the engine was busy with it, from which the page knows when it may ask again. */
  readonly took: number
}

export interface ShownImage extends LookedAt {
  /** [height, width, channels] of the network's input, 0 to 255. */
  readonly bytes: Uint8Array
  readonly volume: Volume
  /** What it was taken from: the pattern where the choice does not fit the network. */
  readonly from: ImageChoice['from']
  readonly index: number
  /** Its class, where it is known. */
  readonly label?: string
  /** Images to choose from. */
  readonly counts: { readonly train: number; readonly test: number }
  /** The likeliest classes; none for a network that gives a map. */
  readonly guesses: readonly Guess[]
}

export interface Guess {
  readonly index: number
  readonly label: string
  /** 0 to 1 */
  readonly probability: number
}

/** Weights that see the layer before through a window, or all of it. */
export interface FiltersLook extends LookedAt {
  readonly name: string
  /** [F, F, C, K] of the layer; the values are those of the first `filters` and `channels`. */
  readonly shape: readonly number[]
  readonly filters: number
  readonly channels: number
  /** [filters, channels, F, F] */
  readonly values: Float32Array
  /** Blue, green, red: the order of the channels of a network that looks at photographs so. */
  readonly bgr: boolean
  /** Whether the three channels are colors. */
  readonly seesImage: boolean
  /** Of all filters: L2 norms, and those that do next to nothing. */
  readonly norms: Float64Array
  readonly dead: readonly number[]
}

/** A map of values, averaged where it was too large. */
export interface SmallMap {
  readonly rows: number
  readonly columns: number
  readonly values: Float32Array
}

export interface LayerGlance {
  readonly layer: string
  readonly volume: Volume
  /** The channel with the largest value, and that value. */
  readonly channel: number
  readonly peak: number
  readonly map: SmallMap
  /** Share of the values that are 0, and channels that are 0 everywhere. */
  readonly zeros: number
  readonly silent: number
  readonly notFinite: number
}

export interface ChannelMap extends SmallMap {
  readonly channel: number
  readonly peak: number
}

export interface LayerMaps {
  readonly layer: string
  readonly volume: Volume
  /** The strongest channels first; of a layer with one position, one map with a value for each channel. */
  readonly maps: readonly ChannelMap[]
  /** Of the whole layer. */
  readonly least: number
  readonly most: number
  readonly mean: number
  readonly deviation: number
}

export interface ActivationsLook extends LookedAt {
  /** [height, width, channels] of the image, 0 to 255, and its volume. */
  readonly image: { readonly bytes: Uint8Array; readonly volume: Volume }
  /** Every layer but the input, in the network's order. */
  readonly layers: readonly LayerGlance[]
  readonly chosen?: LayerMaps
}

export interface FieldLook extends LookedAt {
  readonly value: number
  /** In pixels of the image: what can reach the unit, and what of it lies in the image. */
  readonly window: Window
  readonly inside: Window
  /** [height, width] of the image: how much each pixel does. */
  readonly influence: Float32Array
  /** Side of the square that does nearly all of it. */
  readonly side: number
}

interface Window {
  readonly top: number
  readonly left: number
  readonly height: number
  readonly width: number
}

export interface MattersLook extends LookedAt {
  /** [height, width] or [height, width, channels]; of a class activation map those of the layer. */
  readonly shape: readonly number[]
  readonly map: Float32Array
  readonly signed: boolean
  readonly colored: boolean
  /** Blue first. */
  readonly bgr: boolean
  readonly label: string
  readonly score: number
  /** Whose map it is, where it is not the image's. */
  readonly layer?: string
}

export interface WeightLook {
  readonly name: string
  readonly layer: string
  readonly shape: readonly number[]
  readonly mean: number
  readonly deviation: number
  readonly norm: number
  readonly zeros: number
  readonly count: number
  readonly notFinite: number
  readonly histogram: Histogram
  readonly gradient?: {
    readonly norm: number
    readonly deviation: number
    readonly zeros: number
    readonly histogram: Histogram
  }
}

export interface DeadLook {
  readonly layer: string
  readonly units: number
  readonly dead: number
  readonly channels: number
  readonly deadChannels: readonly number[]
  /** Mean share of units that are above 0 for an image. */
  readonly active: number
}

export interface StatisticsLook extends LookedAt {
  readonly weights: readonly WeightLook[]
  /** Of the batch whose gradients are shown; absent where no images fit the network. */
  readonly loss?: number
  /** Images of the batch, and images that dead units were looked for in. */
  readonly batch: number
  readonly images: number
  readonly dead: readonly DeadLook[]
}

export interface LayerLook extends LookedAt {
  readonly shown: ShownConvolution | ShownPooling
}

export interface LookCalls {
  'look.image': { readonly ask: Looked & { readonly image: ImageChoice }; readonly answer: ShownImage }
  'look.filters': { readonly ask: Looked & { readonly layer: string }; readonly answer: FiltersLook }
  'look.activations': {
    readonly ask: Looked & { readonly image: ImageChoice; readonly layer?: string }
    readonly answer: ActivationsLook
  }
  'look.field': {
    readonly ask: Looked & {
      readonly image: ImageChoice
      readonly layer: string
      readonly channel: number
      readonly position: readonly [row: number, column: number]
    }
    readonly answer: FieldLook
  }
  'look.matters': {
    readonly ask: Looked & {
      readonly image: ImageChoice
      readonly method: AttributionName
      /** A class; default: the likeliest. */
      readonly target?: number
      /** Of class activation maps; default: the last map. */
      readonly layer?: string
    }
    /** Undefined: a later question ended it. */
    readonly answer: MattersLook | undefined
  }
  'look.statistics': { readonly ask: Looked; readonly answer: StatisticsLook }
  /** One convolution or pooling layer at work on an image. */
  'look.layer': {
    readonly ask: Looked & { readonly image: ImageChoice; readonly layer: string; readonly filters?: readonly number[] }
    readonly answer: LayerLook
  }
}

export interface LookEvents {
  /** The session has another model, or other data. */
  'look.replaced': object
  /** Of a map that takes a while: images that have been through the network, of all. */
  'look.progress': { readonly done: number; readonly all: number }
}
