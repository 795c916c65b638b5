/** Questions about a training, and what it tells while it runs. */

import type { PlanQuestion } from '../design/messages.ts'
import type { Fault } from '../engine/fault.ts'
import type { Freeze } from '../pretrained/messages.ts'
import type { DataName } from './dataNames.ts'

export interface DataFacts {
  readonly name: DataName
  readonly classes: readonly string[]
  readonly size: { readonly height: number; readonly width: number; readonly channels: number }
  readonly train: number
  readonly test: number
}

/** What can be changed while it trains: it counts from the next step on. */
export interface Settings extends Pick<PlanQuestion, 'batch' | 'optimizer'> {
  readonly rate: number
  readonly schedule: string
  readonly epochs: number
  /** As on the command line: `crop2,rotate10`. */
  readonly augment: string
}

export interface Prepared {
  readonly text: string
  readonly data: DataFacts
  /** What computes: kernels and threads, and why not more. */
  readonly description: string
  readonly threads: number
}

export type TrainState = 'ready' | 'running' | 'paused' | 'done' | 'failed'

/** A place of a curve. */
export interface CurvePoint {
  /** Passes over the training images; a fraction. */
  readonly epoch: number
  readonly loss: number
  /** 0 to 1; NaN where an image is neither right nor wrong. */
  readonly accuracy: number
}

export interface TestFacts extends CurvePoint {
  /** Images that were tested, of `of`. */
  readonly count: number
  readonly of: number
  /** [actual][predicted] → images; undefined where images have no class, or there are too many. */
  readonly confusion?: readonly (readonly number[])[] | undefined
}

export interface TrainProgress {
  readonly state: TrainState
  readonly step: number
  readonly stepsPerEpoch: number
  readonly epoch: number
  readonly epochs: number
  /** Learning rate of the last step. */
  readonly rate: number
  /** Of the last seconds; 0 while nothing is known. */
  readonly imagesPerSecond: number
  readonly secondsLeft: number
  /** Mean over the steps since the last event. */
  readonly trained?: CurvePoint
  /** A test that was made since the last event. */
  readonly tested?: TestFacts
}

/** A test image, and what the model takes it for. */
export interface Judged {
  readonly index: number
  readonly actual: number
  readonly predicted: number
  /** Probability of the class that it is, 0 to 1. */
  readonly probability: number
  /** [height, width, 4] */
  readonly pixels: Uint8ClampedArray<ArrayBuffer>
}

/** Which test images to show: those of one cell of the confusion matrix, or else the worst mistakes. */
export interface JudgeQuestion {
  readonly cell?: { readonly actual: number; readonly predicted: number }
  readonly most: number
}

export interface TrainCalls {
  /**
   * Makes a fresh model of a text, and opens the data that it is to learn. The model before is gone.
   */
  'train.prepare': {
    readonly ask: {
      readonly text: string
      readonly data: DataName
      readonly seed: number
      readonly settings: Settings
      /** It begins with the trained network that a person gave; these of its layers keep their weights. */
      readonly freeze?: Freeze | undefined
    }
    readonly answer: Prepared
  }
  'train.start': { readonly ask: object; readonly answer: object }
  'train.pause': { readonly ask: object; readonly answer: object }
  /** One step, and then it is paused. */
  'train.step': { readonly ask: object; readonly answer: object }
  'train.change': {
    readonly ask: { readonly settings: Settings }
    /** Whether what the optimizer had gathered is gone. */
    readonly answer: { readonly isOptimizerNew: boolean }
  }
  'train.judge': { readonly ask: JudgeQuestion; readonly answer: { readonly images: readonly Judged[] } }
  /** CIFAR-10's binary files, as a person gives them; then `cifar10` can be prepared. */
  'train.give': {
    readonly ask: { readonly files: readonly File[] }
    readonly answer: { readonly train: number; readonly test: number }
  }
}

export interface TrainEvents {
  /** Reading of data goes on: a share from 0 to 1. */
  'train.reading': { readonly data: DataName; readonly share: number }
  /** Images that have been through the frozen layers, before the first step. */
  'train.features': { readonly done: number; readonly all: number }
  'train.progress': TrainProgress
  /** It stopped by itself: the loss is not finite, or memory is gone. */
  'train.failed': { readonly fault: Fault }
}
