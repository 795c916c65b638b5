/** The type of a zoo entry: a network in notation, and its card. */

import type { TrainOptions } from '../train/options.ts'

export interface ZooEntry<N extends string = string> {
  readonly name: N
  /** One line for people. */
  readonly title: string
  readonly paper: string
  /** The network in Lenslet's notation. */
  readonly notation: string
  /** What the card promises; tests hold the network to it. */
  readonly parameters: number
  /** The same with auxiliary heads, which only training needs. */
  readonly trainingParameters?: number
  /** Multiply–accumulates for one picture. */
  readonly macs: number
  /** The test accuracy that is known of it, and whose figure that is. */
  readonly accuracy?: string
  /** What a reader of the notes should know when the plan is printed. */
  readonly remarks?: readonly string[]
  /** Settings that train it well, by data set. */
  readonly recipes?: Readonly<Record<string, Recipe>>
  /**
   * What PyTorch's libraries call the network and its modules. Left out of the one file for pages, where nothing reads
   * weights by these names.
   */
  readonly pytorch?: Readonly<Partial<Record<PytorchLibrary, PytorchNames>>>
}

/** Libraries that publish weights: torchvision and timm (PyTorch Image Models). */
export type PytorchLibrary = 'torchvision' | 'timm'

export interface PytorchNames {
  /** The architecture: `resnext50_32x4d`. */
  readonly name: string
  /** The module of every layer with weights, in our order: `layer1.0.conv1`. See `stateDictRows`. */
  readonly modules: () => readonly string[]
}

export type Recipe = Omit<TrainOptions, 'resume' | 'signal' | 'checkpoint' | 'metrics'>
