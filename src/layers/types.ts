/**
 * What a layer is. A layer is what a person writes: it answers questions about itself, and other code (sizer, planner,
 * notation, exporter, CLI) asks; no code tests a layer's name. One folder per layer, one line in `layers/layers.ts`.
 *
 * Attributes are plain JSON data, wholly resolved: no defaults are left open in a network.
 */

import type { Schema } from '../core/schema.ts'
import type { Shape, Volume } from '../core/shapes.ts'
import type { LossSettings } from '../ops/losses/table.ts'
import type { Emit, Value } from '../ops/types.ts'
import type { Sight } from './sight.ts'

/**
 * `A`: its attributes. `P`: its weights by name, as `lower` gets them (`{ filters: Value; bias?: Value }`). `T`: its type,
 * a literal, so that whoever needs a row for every layer can have a table that the compiler holds complete.
 */
export interface Layer<A extends object = object, P extends object = object, T extends string = string> {
  /** Name of the kind in JSON, and stem of default names: `conv` gives conv1, conv2, ... */
  readonly type: T
  readonly notation: Notation<A>
  /** Validates the attributes of a network that comes from JSON. */
  readonly attributes: Schema<A>
  /** How many volumes flow in. */
  readonly inputs: { readonly min: number; readonly max: number }
  /**
   * Volume of the output, from the first input's (most layers have no other; a source has none) and from all of them.
   * Throws `VolumeError`, with the notes' arithmetic, where nothing would be left.
   */
  output(attributes: A, volume: Volume, volumes: readonly Volume[]): Volume
  /** What is learned (or tracked). Absent: nothing. */
  parameters?(attributes: A, volume: Volume): readonly ParameterSpec<keyof P & string>[]
  /** Multiply–accumulates for one picture. Absent: none worth counting. */
  macs?(attributes: A, volume: Volume): number
  /** What an output position sees of the input; absent: only the position itself. */
  sight?(attributes: A, volume: Volume): Sight
  /** Of a layer that uses the whole map: the layer that computes the same with a window, and the way back. */
  readonly sliding?: Sliding<A>
  /** Sizes that were rounded, and other things that a person should know: one sentence each. */
  notices?(attributes: A, volume: Volume): readonly string[]
  /** False where the notes do not count the output as a volume of its own, since it can take the input's place (RELU). */
  readonly countsVolume?: false
  /**
   * `classes` where the output is a distribution over the input's logits (softmax), `labels` where each value is the
   * probability of a label (sigmoid): a loss that takes such logits is then computed from the input, which is exact where
   * the logarithm of the output is not.
   */
  readonly distribution?: 'classes' | 'labels'
  /** True where the output is the first input, value by value, in training as well. */
  readonly handsOn?: true
  /** The loss that the network is to be trained with, by default; a layer that says so is the last one. */
  loss?(attributes: A): LossSettings
  /**
   * The weight of an auxiliary loss, which training takes of the second input; nothing else needs that input. Absent: all
   * inputs make the output.
   */
  auxiliary?(attributes: A): number
  /** True where each channel's mean is taken away, so that a bias before it makes no difference (batch normalization). */
  readonly centers?: true
  /** Emits the forward steps and returns the output, [n, h, w, c]. Backward follows from the ops' gradient rules. */
  lower(lowering: Lowering<A, P>): Value
  /** One line for tables: `5×5 s1 p2, 6 filters`. */
  describe(attributes: A): string
}

/** A layer that uses the whole map (FC, GAP), as the layer with a window that covers that map (CONV, AVGPOOL). */
export interface Sliding<A extends object = object> {
  /** On a map of this volume: the layer that gives the same there, and the same at every position of a larger map. */
  window(attributes: A, volume: Volume): LayerUse
  /** Back again. Undefined if `use` is another layer, or does not cover a map of this volume exactly. */
  whole(use: LayerUse, volume: Volume): A | undefined
}

/** A layer with its attributes. */
export interface LayerUse {
  /** A key of `layers`. */
  readonly type: string
  readonly attributes: object
}

/** One array that belongs to a layer. */
export interface ParameterSpec<N extends string = string> {
  /** `filters`, `bias`, `scale`, ...; the weight's full name is `<node>.<name>`. */
  readonly name: N
  readonly shape: Shape
  /** Lower values are invalid: 0 for a variance. Absent: any finite value is valid. */
  readonly least?: number
  readonly initial: Initial
  /** `learned` by the optimizer and counted as a parameter, or `tracked` by the layer itself (running statistics). */
  readonly role: 'learned' | 'tracked'
  /** Whether weight decay applies by default: not to biases and norms. */
  readonly decays: boolean
  /** How PyTorch's state dicts hold it; absent: by the same name, in the same layout. */
  readonly pytorch?: PytorchArray
}

/** An array of a PyTorch module: `weight` of `conv1.weight`, [K, C/groups, F, F]. */
export interface PytorchArray {
  /** Key within the module; empty: the module's own name is the key. */
  readonly key: string
  /** Which of our axes each of theirs is; absent: the same. Axes that PyTorch flattens are listed one by one. */
  readonly axes?: readonly number[]
  /** All their axes but the first are one: `Linear` has [K, C·H·W]. */
  readonly flattens?: true
}

/**
 * How a weight starts. `he`: normal with variance 2/fanIn (He et al. 2015); `xavier`: uniform with variance
 * 2/(fanIn + fanOut) (Glorot and Bengio 2010). Both fans are given, so that a person may ask for the other rule.
 */
export type Initial =
  | { readonly kind: 'he' | 'xavier'; readonly fanIn: number; readonly fanOut: number }
  | { readonly kind: 'constant'; readonly value: number }

/** A volume that flows through the network, [n, h, w, c]. */
export interface Activation extends Value {
  /** Of one picture. */
  readonly volume: Volume
}

/** What a layer is given to lower itself: everything by name. */
export interface Lowering<A extends object = object, P extends object = object> {
  readonly attributes: A
  /** The first input: for most layers the only one. */
  readonly x: Activation
  readonly inputs: readonly Activation[]
  /** The layer's weights. */
  readonly parameters: Readonly<P>
  /** Which statistics normalize: the batch's own (and update the tracked ones), or the tracked ones. */
  readonly statistics: 'batch' | 'tracked'
  /** What is random draws from this; absent where nothing is random, as at inference. */
  readonly random?: Randomness
  readonly emit: Emit
  /** The same values as another volume of as many values. No step, no memory. */
  view(value: Value, volume: Volume): Value
}

export interface Randomness {
  /** i32 [2]: the run's seed and the step. */
  readonly seed: Value
  /** A number of the node's own, from its name: keeps the random streams of layers apart. */
  readonly stream: number
}

// --- notation ----------------------------------------------------------------------------------------------------

/** One word of the notation as the grammar found it: `CONV3x5-64 s2 p0 ceil`, `DROPOUT 0.5`, `INPUT 32x32x3`. */
export interface WordParts {
  /** `[3]` of CONV3, `[3, 5]` of CONV3x5. */
  readonly size?: readonly number[]
  /** 64 of CONV3-64. */
  readonly count?: number
  /** `[32, 32, 3]` of INPUT 32x32x3. */
  readonly volume?: readonly [number, number, number]
  /** 0.5 of DROPOUT 0.5. */
  readonly number?: number
  /** `{ s: [2], p: [0, 0, 1, 1] }` of s2 p0,0,1,1. */
  readonly options?: Readonly<Record<string, readonly number[]>>
  /** `['ceil']` */
  readonly flags?: readonly string[]
  /** `{ eps: 0.001, pad: 'reflect' }` of eps=0.001 pad=reflect. */
  readonly values?: Readonly<Record<string, number | string>>
}

/** Which parts a layer's word takes. The grammar checks them, with positions, before `read` sees them. */
export interface WordForm {
  readonly size?: 'required' | 'optional'
  readonly count?: 'required' | 'optional'
  readonly volume?: 'required'
  readonly number?: 'required' | 'optional'
  /** Letter → what it means, for messages: `{ s: 'stride', p: 'padding' }`. Each takes one to four whole numbers. */
  readonly options?: Readonly<Record<string, string>>
  /** Flag → what it means: `{ ceil: "Caffe's rounding" }`. */
  readonly flags?: Readonly<Record<string, string>>
  /** Flags are written first: `LOSS hinge margin=1`. */
  readonly flagsLead?: true
  /**
   * Key → what it means and what it takes, a real number or one of some words:
   * `{ eps: { meaning: 'added to the variance', kind: 'number' } }` for `eps=0.001`.
   */
  readonly values?: Readonly<
    Record<
      string,
      | { readonly meaning: string; readonly kind: 'number' }
      | { readonly meaning: string; readonly kind: 'word'; readonly words: readonly string[] }
    >
  >
  /** A correct use, for messages: `CONV3-64 s1 p1`. */
  readonly example: string
}

export interface Notation<A> {
  /** In capitals: `CONV`. */
  readonly word: string
  readonly form: WordForm
  /** True for words that join branches: `ADD(a | b)`. `beside`: the first input is the value before the word, and then come branches. */
  readonly branches?: true | 'beside'
  /** Throws `NotationValueError` where a part is invalid (stride 0). */
  read(parts: WordParts): A
  /** The shortest parts that read back as the same attributes. */
  write(attributes: A): WordParts
}

export type { Sight } from './sight.ts'
