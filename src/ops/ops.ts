/** Every op, by kind. A new op is a folder, a line here, and a line in each device's table of kernels. */

import { addOps } from './add/op.ts'
import { batchNormOps } from './batchNorm/op.ts'
import { channelsOps } from './channels/op.ts'
import { clipOps } from './clip/op.ts'
import { conv2dOps } from './conv2d/op.ts'
import { transposedOps } from './conv2d/transposed/op.ts'
import { crossEntropyOps } from './crossEntropy/op.ts'
import { distanceOps } from './distance/op.ts'
import { dropoutOps } from './dropout/op.ts'
import { groupNormOps } from './groupNorm/op.ts'
import { guardOps } from './guard/op.ts'
import { hingeOps } from './hinge/op.ts'
import { layerNormOps } from './layerNorm/op.ts'
import { localOps } from './local/op.ts'
import { localResponseOps } from './localResponse/op.ts'
import { maxoutOps } from './maxout/op.ts'
import { multiplyOps } from './multiply/op.ts'
import { optimizerOps } from './optimizer/op.ts'
import { permuteOps } from './permute/op.ts'
import { pointwiseOps } from './pointwise/op.ts'
import { poolOps } from './pool/op.ts'
import { preluOps } from './prelu/op.ts'
import { resampleOps } from './resample/op.ts'
import { sigmoidCrossEntropyOps } from './sigmoidCrossEntropy/op.ts'
import { softmaxOps } from './softmax/op.ts'
import type { Attributes, Op } from './types.ts'

const table = {
  ...conv2dOps,
  ...transposedOps,
  ...localOps,
  ...pointwiseOps,
  ...poolOps,
  ...batchNormOps,
  ...groupNormOps,
  ...layerNormOps,
  ...localResponseOps,
  ...addOps,
  ...multiplyOps,
  ...preluOps,
  ...maxoutOps,
  ...channelsOps,
  ...permuteOps,
  ...resampleOps,
  ...dropoutOps,
  ...softmaxOps,
  ...crossEntropyOps,
  ...hingeOps,
  ...distanceOps,
  ...sigmoidCrossEntropyOps,
  ...optimizerOps,
  ...clipOps,
  ...guardOps,
} as const

/** Name of an op in a plan. */
export type StepKind = keyof typeof table

/** The attributes of an op, by its name. */
export type AttributesOf<K extends StepKind> = (typeof table)[K] extends Op<infer A> ? A : never

/** Attributes are checked where a step is emitted; behind a kind they are opaque. */
export const ops = table as unknown as Readonly<Record<StepKind, Op<Attributes>>>
