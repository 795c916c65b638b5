/**
 * A network, its weights, and a backend to run them on. Predict, save, load. Calls take effect in the order in which they are
 * made (decision 21).
 */

import { platform } from '#platform'
import { referenceBackend } from '../backends/reference/backend.ts'
import type { Backend, Program } from '../backends/types.ts'
import { wasmBackend } from '../backends/wasm/backend.ts'
import { startEarly } from '../backends/wasm/early.ts'
import { MemoryError } from '../backends/wasm/errors.ts'
import { chooseThreads } from '../backends/wasm/threads.ts'
import { ArgumentError } from '../core/errors.ts'
import { checkOptions, type OptionNames, printKind } from '../core/options.ts'
import { printShape, type Shape, sameShape, sizeOf, type Volume, volumeSize } from '../core/shapes.ts'
import { listed } from '../core/text.ts'
import type { PictureSource } from '../data/source.ts'
import type { ParameterSpec } from '../layers/types.ts'
import { checkNetwork } from '../network/check.ts'
import type { Network } from '../network/network.ts'
import { inferVolumes } from '../network/volumes.ts'
import type { Target } from '../ops/target.ts'
import { planOptionNames } from '../plan/options.ts'
import { planFor } from '../plan/plan.ts'
import type { Plan, PlanOptions } from '../plan/types.ts'
import { type Activations, activationsOf } from './activations.ts'
import { type Classification, type ClassifyOptions, classify } from './classify.ts'
import { WeightError } from './errors.ts'
import { decodeModel, encodeModel, modelParts } from './file.ts'
import { type GivenWeights, givenValues } from './givenWeights.ts'
import { Holder } from './holder.ts'
import type { ModelInfo } from './info.ts'
import { checkInitializer, fillInitial, type Initializer } from './initialize.ts'
import { sayNoChecksum } from './noChecksum.ts'
import type { Read } from './order.ts'
import { checkPictures, checkScores } from './pictures.ts'
import type { Tensor } from './safetensors.ts'
import { scoresOf } from './scores.ts'
import { type InitialValues, Weights } from './weights.ts'

interface BackendRow {
  backend(): Backend
  /** Starts in the background what takes long to start; returns a function that ends what was not used. */
  early(options: ModelOptions): EndEarly
}

type EndEarly = () => Promise<void>

const backends = {
  wasm: { backend: () => wasmBackend(), early: ({ threads }) => startEarly(threads) },
  reference: { backend: () => referenceBackend, early: () => async () => {} },
} as const satisfies Record<string, BackendRow>

export type BackendName = keyof typeof backends
/** The devices that a model can run on, the default first. */
export const backendNames = Object.keys(backends) as readonly BackendName[]

export interface ModelOptions {
  /** Default 0. */
  readonly seed?: number
  /** The most pictures that run at once. Default 32; `predict` takes any number, and fewer take less time. */
  readonly batch?: number
  /** Default: as many as the processor has, one where memory cannot be shared. Never changes a result. */
  readonly threads?: number
  /** Default `wasm`. `reference` is float64 and slow: the definition. */
  readonly backend?: BackendName
  /** Without Winograd's method, which is faster but rounds more coarsely. Default false. */
  readonly exact?: boolean
  /** How filters start; default: as each layer says (He). */
  readonly initial?: Initializer
  /** All weights of the network, in place of new ones: values, or sources that are read when the model first runs. */
  readonly weights?: GivenWeights | undefined
  readonly info?: ModelInfo
}

export type { Activations, LayerActivations } from './activations.ts'
export type { Classification, ClassifyOptions } from './classify.ts'

export interface PredictOptions {
  /** Where the scores go, [n, classes]: of use where pictures come one after the other. Default: a new array. */
  readonly into?: Float32Array
}

const optionNames: OptionNames<ModelOptions> = {
  seed: true,
  batch: true,
  threads: true,
  backend: true,
  exact: true,
  initial: true,
  weights: true,
  info: true,
}

/** Options of a plan that the model does not decide itself. */
export type BindOptions = Omit<PlanOptions, 'threads' | 'exact' | 'target'>

/** What only a training may do with a model. */
export interface Trainer {
  /** Makes the program of this plan the model's own, with the weights in it. */
  hold(options: BindOptions): Promise<Program>
  /**
   * Runs a task that leaves the weights as they are, when the uses of the model before it are done. Throws `DisposedError`
   * if the model no longer holds the program.
   */
  exclusively<T>(program: Program, task: () => Promise<T>): Promise<T>
  /** The same for a task that changes the weights: also readers of several parts (an evaluation) are waited for. */
  change<T>(program: Program, task: () => Promise<T>): Promise<T>
  /** Makes the weights current on devices with memory of their own, unless the model was disposed of. */
  fetch(): Promise<void>
}

export let trainerOf: (model: Model) => Trainer

/** Scores of pictures, as `Model.predict` gives them. */
export type Predict = (pictures: Float32Array) => Promise<Float32Array>

/**
 * Several predictions with the same weights: who would change them waits until the promise of `use` settles. `use` predicts by
 * what it is given; a call on the model itself could wait for a writer that waits for `use`.
 */
export type Predictions = <T>(use: (predict: Predict) => Promise<T>) => Promise<T>

/** For what predicts in parts, such as an evaluation. */
export let predictionsOf: (model: Model) => Predictions

/**
 * For what looks inside a model: runs `use` with a program for another plan of its network, with the weights in it, when the
 * calls before it are done. The weights are in memory once, unless the model is in training. `use` must call nothing of the
 * model, which would wait for it.
 */
export let lend: <T>(model: Model, options: BindOptions, use: (program: Program) => Promise<T>) => Promise<T>

/** What a model is made of, initialized or loaded. */
interface ModelParts {
  readonly network: Network
  readonly info: ModelInfo
  values(spec: ParameterSpec, name: string): InitialValues
}

export class Model {
  readonly network: Network
  readonly weights: Weights
  /** Volume of a picture. */
  readonly input: Volume
  /** Volume of what the last layer gives. */
  readonly output: Volume
  info: ModelInfo
  readonly #holder: Holder
  readonly #backend: Backend
  readonly #how: { readonly threads: number; readonly exact: boolean }
  /** For scores. */
  readonly #plan: Plan

  private constructor(backend: Backend, options: ModelOptions, { network, info, values }: ModelParts, early: EndEarly) {
    const { batch = 32, exact = false } = options
    const nodes = inferVolumes(network)
    this.network = network
    this.input = nodes[0]?.output as Volume
    this.output = nodes.at(-1)?.output as Volume
    this.info = info
    this.#backend = backend
    this.#how = { threads: chooseThreads(options.threads).threads, exact }
    // Before the weights: what cannot be planned or addressed is refused before it takes memory.
    this.#plan = this.planFor({ batch })
    const specs = nodes.flatMap(({ node, parameters }) =>
      parameters.map((spec) => ({ name: `${node.name}.${spec.name}`, spec })),
    )
    checkWeights(specs, backend.target(this.#how))
    this.weights = new Weights(specs.map(({ name, spec }) => ({ name, spec, values: values(spec, name) })))
    this.#holder = new Holder(this.weights, backend, early)
  }

  /**
   * Plans; memory is taken, and the weights are initialized, when the model first runs or they are read. Throws `SizeError`,
   * `ArgumentError`, `VariantError`, `MemoryError` for weights that no memory of the backend can hold, or `WeightError` for
   * given weights that are not those of the network.
   */
  static async create(network: Network, options: ModelOptions = {}): Promise<Model> {
    checkNetwork('Model.create', network)
    checkOptions('Model.create', options, optionNames)
    const { seed = 0, initial, weights, info = {} } = options
    if (!Number.isInteger(seed)) throw new ArgumentError('the seed must be a whole number', { received: `${seed}` })
    checkInitializer(initial)
    return Model.#make(options, async () => ({
      network,
      info,
      values: weights
        ? givenValues(network, weights)
        : (spec, name) => (into) => fillInitial(into, spec, name, seed, initial),
    }))
  }

  /**
   * From a file's path (Node) or its bytes, which must stay as they are until the model first runs. A file that is damaged, or
   * whose weights, class names or normalization do not fit its network or are invalid (NaN), is refused. Throws `FileError`,
   * `SafetensorsError`, `ModelFileError`, or what is wrong with the network in it.
   */
  static async load(
    source: string | Uint8Array | ArrayBuffer,
    options: Omit<ModelOptions, 'seed' | 'initial' | 'weights' | 'info'> = {},
  ): Promise<Model> {
    const { seed: _, initial: __, weights: ___, info: ____, ...loadNames } = optionNames
    checkOptions<typeof options>('Model.load', options, loadNames)
    const given = source instanceof ArrayBuffer ? new Uint8Array(source) : source
    if (typeof given !== 'string' && !(given instanceof Uint8Array)) {
      throw new ArgumentError('no model can be read from this', {
        received: printKind(given),
        expected: 'the path of a .lenslet file, or its bytes as a Uint8Array or ArrayBuffer',
      })
    }
    return Model.#make(options, async () => {
      const bytes = typeof given === 'string' ? await platform.readFile(given) : given
      const { network, info, tensors, hasChecksum } = decodeModel(bytes)
      if (!hasChecksum) sayNoChecksum(typeof given === 'string' ? given : 'the model')
      return { network, info, values: (_, name) => (tensors.get(name) as Tensor).values }
    })
  }

  /** Starts in the background what takes long to start. */
  static async #make(options: ModelOptions, parts: () => Promise<ModelParts>): Promise<Model> {
    const name = options.backend ?? 'wasm'
    const row: BackendRow | undefined = Object.hasOwn(backends, name) ? backends[name] : undefined
    if (row === undefined)
      throw new ArgumentError('no such backend', { received: `${name}`, expected: backendNames.join(', ') })
    const endEarly = row.early(options)
    try {
      return new Model(row.backend(), options, await parts(), endEarly)
    } catch (error) {
      await endEarly()
      throw error
    }
  }

  /** The plan that `predict` runs, unless the model holds the program of a training. */
  get plan(): Plan {
    return this.#plan
  }

  /** A plan of this network for the model's backend, with as many threads and as exact as the model is. */
  planFor(options: BindOptions): Plan {
    return planFor(this.network, { ...options, target: this.#backend.target(this.#how) })
  }

  /** Which kernels run, on how many threads, and why not more; before the first run, what is expected to. */
  get description(): string {
    return this.#holder.program?.description ?? this.#backend.describe(this.#how.threads)
  }

  /** Threads that run, or are expected to; `description` says why not more. */
  get threads(): number {
    return this.#holder.program?.threads ?? this.#plan.target.threads
  }

  /** Bytes that are allocated for the arena: what the plan of the program that is held says, or 0. */
  get allocatedBytes(): number {
    return this.#holder.program?.allocatedBytes ?? 0
  }

  /**
   * Pictures [n, h, w, c], already normalized, to what the network's last layer gives, [n, classes]. Any n; batches by
   * itself, and takes as long as n asks for. A picture's scores are the same bits in any batch. The values are taken at the
   * call: the array may be used again at once. All pictures see the same weights: those that the calls before this one left. Throws `ArgumentError` for anything but a Float32Array of finite numbers, and
   * `PicturesError` where they are not a whole number of pictures, or the scores do not fit `into`.
   */
  async predict(pictures: Float32Array, options: PredictOptions = {}): Promise<Float32Array> {
    checkOptions<PredictOptions>('predict', options, { into: true })
    const count = checkPictures(pictures, this.input)
    if (options.into !== undefined) checkScores(options.into, count, volumeSize(this.output))
    return this.#scores((task) => this.#holder.read(task), pictures, count, options.into)
  }

  #scores(read: Read, pictures: Float32Array, count: number, into?: Float32Array): Promise<Float32Array> {
    const program = () => this.#holder.forScores(() => this.#plan)
    return scoresOf(read, program, pictures, count, into ?? new Float32Array(count * volumeSize(this.output)))
  }

  /**
   * The most probable classes of an image, most probable first. The image is scaled and cropped to the network's input and
   * normalized as `info.normalization` says, as `lenslet predict` does; see `decodeImage` for what a source may be. Buffers
   * and canvases may be used again at once. A list of sources gives a list, and fails where one of them does.
   * Throws `PictureError` for a picture that cannot be read, and `ArgumentError`.
   */
  classify(source: PictureSource, options?: ClassifyOptions): Promise<readonly Classification[]>
  classify(
    sources: readonly PictureSource[],
    options?: ClassifyOptions,
  ): Promise<readonly (readonly Classification[])[]>
  async classify(given: PictureSource | readonly PictureSource[], options?: ClassifyOptions) {
    const sources = Array.isArray(given) ? (given as readonly PictureSource[]) : [given as PictureSource]
    const found = await this.#holder.use((order) => {
      const predictions: Predictions = (use) => order.span((read) => use(this.#predictIn(read)))
      return classify(this, predictions, sources, options)
    })
    return Array.isArray(given) ? found : (found[0] as readonly Classification[])
  }

  #predictIn(read: Read): Predict {
    return async (pictures) => this.#scores(read, pictures, checkPictures(pictures, this.input))
  }

  /**
   * What layers give for pictures [n, h, w, c], already normalized: by name, the values and their shape, [n, h, w, c] of the
   * layer. `names` are layers or patterns (`conv*`). Takes memory of its own for as long as it runs.
   * Throws as `predict` does, and `ArgumentError` for a layer that does not exist.
   */
  async activations(pictures: Float32Array, names: readonly string[]): Promise<Activations> {
    const count = checkPictures(pictures, this.input)
    const batch = Math.min(count, this.#plan.batch)
    return activationsOf(() => this.bind({ batch, taps: names }), pictures.slice(), count, names)
  }

  /**
   * A model of another network with copies of this model's weights, on the same backend with as many threads and as exact:
   * `model.withNetwork(fcToConv(model.network))`. Every weight of that network must be here by the same name and of the same
   * shape. Throws `WeightError` where one is not, and as `Model.create` does.
   */
  async withNetwork(network: Network, options: { readonly batch?: number } = {}): Promise<Model> {
    checkNetwork('withNetwork', network)
    checkOptions<{ batch?: number }>('withNetwork', options, { batch: true })
    const batch = options.batch ?? this.#plan.batch
    return this.#holder.read(async () => {
      const weights = this.weights.currents()
      const values = (spec: ParameterSpec, name: string) => weightFor(weights, name, spec.shape).values.slice()
      return new Model(this.#backend, { ...this.#how, batch }, { network, info: this.info, values }, async () => {})
    })
  }

  /**
   * Binds another plan of this network on the same backend, with as many threads, as exact, and with the weights in it, as
   * the calls before this one have left them. It has separate memory; the caller must dispose of it.
   */
  async bind(options: BindOptions = {}): Promise<Program> {
    const { threads: _, exact: __, target: ___, ...names } = planOptionNames
    checkOptions<BindOptions>('bind', options, names)
    return this.#holder.beside(this.planFor(options))
  }

  /** Frees the arena: the weights move into arrays of their own, and the next run takes memory again. */
  async release(): Promise<void> {
    await this.#holder.replace(() => this.#holder.release())
  }

  /** Copies of all weights, by name, as the calls before this one have left them: those of one moment, also in a training. */
  async snapshot(): Promise<ReadonlyMap<string, Tensor>> {
    return this.#holder.read(
      async () =>
        new Map(
          [...this.weights.currents()].map(([name, { shape, values }]) => [name, { shape, values: values.slice() }]),
        ),
    )
  }

  /** The model as the bytes of its file. Throws `ModelBusyError` within a step of a training. */
  encode(): Uint8Array<ArrayBuffer> {
    return encodeModel({ network: this.network, info: this.info, tensors: this.weights.views() })
  }

  /**
   * Writes `.lenslet`: the whole file or none of it. Throws `FileError`, or `ModelFileError` for what could not be loaded again:
   * weights that are not finite, class names or a normalization that do not fit.
   */
  async save(path: string): Promise<void> {
    const { network, info } = this
    // Where the weights are may change until it is this task's turn.
    await this.#holder.read(() =>
      platform.writeFileAtomic(path, modelParts({ network, info, tensors: this.weights.currents() })),
    )
  }

  /**
   * Frees the memory and ends the workers. Calls that were made before are waited for and end as they would have; later ones
   * reject with `DisposedError`. A running training ends with that error at its next step.
   */
  async dispose(): Promise<void> {
    await this.#holder.dispose()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.dispose()
  }

  static {
    trainerOf = (model) => ({
      hold: (options) => model.#holder.replace(() => model.#holder.hold(model.planFor(options))),
      exclusively: (program, task) =>
        model.#holder.read(() => {
          model.#holder.ready(program)
          return task()
        }),
      change: (program, task) =>
        model.#holder.change(() => {
          model.#holder.ready(program)
          return task()
        }),
      fetch: async () => {
        if (!model.#holder.isDisposed) await model.#holder.change(() => model.#holder.fetch())
      },
    })
    lend = (model, options, use) => model.#holder.lend(model.planFor(options), use)
    predictionsOf = (model) => (use) => model.#holder.span((read) => use(model.#predictIn(read)))
  }
}

/** A weight as another network needs it. Throws `WeightError` for an unknown name and for another shape. */
function weightFor(weights: ReadonlyMap<string, Tensor>, name: string, shape: Shape): Tensor {
  const weight = weights.get(name)
  if (weight !== undefined && sameShape(weight.shape, shape)) return weight
  throw new WeightError(`${name}: the model has no such weight for the network`, {
    received:
      weight === undefined ? `weights by other names: ${listed([...weights.keys()])}` : printShape(weight.shape),
    expected: printShape(shape),
    advice: 'a network with the same layers by the same names',
  })
}

/** Throws `MemoryError` for weights that alone are more than the device can address. */
function checkWeights(specs: readonly { readonly spec: ParameterSpec }[], { segmentLimit }: Target): void {
  const bytes = 4 * specs.reduce((sum, { spec }) => sum + sizeOf(spec.shape), 0)
  if (segmentLimit === undefined || bytes <= segmentLimit) return
  throw new MemoryError('the weights are more than one memory can hold', {
    received: `${bytes} bytes of weights`,
    expected: `at most ${segmentLimit} bytes`,
    advice: 'take fewer filters or neurons; `lenslet plan` shows which layer takes how much',
  })
}
