/** A network, its weights, and a backend to run them on. Predict, save, load. */

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
import type { PictureSource } from '../data/source.ts'
import type { ParameterSpec } from '../layers/types.ts'
import { checkNetwork } from '../network/check.ts'
import type { Network } from '../network/network.ts'
import { inferVolumes } from '../network/volumes.ts'
import type { Target } from '../ops/target.ts'
import { planOptionNames } from '../plan/options.ts'
import { planFor } from '../plan/plan.ts'
import { runsOf } from '../plan/sizes.ts'
import type { Plan, PlanOptions } from '../plan/types.ts'
import { type Activations, activationsOf } from './activations.ts'
import { type Classification, type ClassifyOptions, classify } from './classify.ts'
import { WeightError } from './errors.ts'
import { decodeModel, encodeModel, type ModelInfo, modelParts } from './file.ts'
import { Holder } from './holder.ts'
import { checkInitializer, fillInitial, type Initializer } from './initialize.ts'
import { checkPictures, checkScores } from './pictures.ts'
import type { Tensor } from './safetensors.ts'
import { type InitialValues, type Weight, Weights } from './weights.ts'

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
  info: true,
}

/** Options of a plan that the model does not decide itself. */
export type BindOptions = Omit<PlanOptions, 'threads' | 'exact' | 'target'>

/** What only a training may do with a model. */
export interface Trainer {
  /** Makes the program of this plan the model's own, with the weights in it. */
  hold(options: BindOptions): Promise<Program>
  /**
   * Runs a task with the program when all uses of the model before it are done. Throws `DisposedError` where the model does
   * not hold the program any more.
   */
  exclusively<T>(program: Program, task: () => Promise<T>): Promise<T>
  /** Makes the weights current on devices with memory of their own, unless the model was disposed of. */
  fetch(): Promise<void>
}

export let trainerOf: (model: Model) => Trainer

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
   * `ArgumentError`, `VariantError`, or `MemoryError` for weights that no memory of the backend can hold.
   */
  static async create(network: Network, options: ModelOptions = {}): Promise<Model> {
    checkNetwork('Model.create', network)
    checkOptions('Model.create', options, optionNames)
    const { seed = 0, initial, info = {} } = options
    if (!Number.isInteger(seed)) throw new ArgumentError('the seed must be a whole number', { received: `${seed}` })
    checkInitializer(initial)
    return Model.#make(options, async () => ({
      network,
      info,
      values: (spec, name) => (into) => fillInitial(into, spec, name, seed, initial),
    }))
  }

  /**
   * From a file's path (Node) or its bytes, which must stay as they are until the model first runs. Throws `FileError`,
   * `SafetensorsError`, `ModelFileError`.
   */
  static async load(
    source: string | Uint8Array | ArrayBuffer,
    options: Omit<ModelOptions, 'seed' | 'initial' | 'info'> = {},
  ): Promise<Model> {
    const { seed: _, initial: __, info: ___, ...loadNames } = optionNames
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
      const { network, info, tensors } = decodeModel(bytes)
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
   * call: the array may be used again at once. Throws `ArgumentError` for anything but a Float32Array of finite numbers, and
   * `PicturesError` where they are not a whole number of pictures, or the scores do not fit `into`.
   */
  async predict(pictures: Float32Array, options: PredictOptions = {}): Promise<Float32Array> {
    checkOptions<PredictOptions>('predict', options, { into: true })
    const { into } = options
    const count = checkPictures(pictures, this.input)
    const each = volumeSize(this.input)
    const scores = volumeSize(this.output)
    if (into !== undefined) checkScores(into, count, scores)
    const results = into ?? new Float32Array(count * scores)
    // What was not written to the program when this call returns is copied.
    let rest = pictures
    let restFrom = 0
    let written = 0
    const result = this.#holder.exclusively(async () => {
      const held = this.#holder.forScores(() => this.#plan)
      const program = held instanceof Promise ? await held : held
      const { ports, sections } = program.plan
      const output = ports.scores ?? ports.output
      let first = 0
      for (const size of runsOf(count, sections.scores?.sizes ?? [])) {
        const end = Math.min(first + size, count)
        program.write(ports.pictures, rest.subarray((first - restFrom) * each, (end - restFrom) * each))
        written = end
        await program.run({ section: 'scores', pictures: size })
        const into = results.subarray(first * scores, end * scores)
        if (program.view) into.set(program.view(output).subarray(0, into.length))
        else await program.read(output, into)
        first = end
      }
      return results
    })
    if (written < count) {
      rest = pictures.slice(written * each)
      restFrom = written
    }
    return result
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
    if (Array.isArray(given)) return classify(this, given, options)
    const [first] = await classify(this, [given as PictureSource], options)
    return first as readonly Classification[]
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
    return this.#holder.exclusively(async () => {
      const values = (spec: ParameterSpec, name: string) => weightFor(this.weights, name, spec.shape).slice()
      return new Model(this.#backend, { ...this.#how, batch }, { network, info: this.info, values }, async () => {})
    })
  }

  /**
   * Binds another plan of this network on the same backend, with as many threads, as exact, and with the weights in it.
   * It has memory of its own; the caller must dispose of it.
   */
  async bind(options: BindOptions = {}): Promise<Program> {
    const { threads: _, exact: __, target: ___, ...names } = planOptionNames
    checkOptions<BindOptions>('bind', options, names)
    return this.#holder.beside(this.planFor(options))
  }

  /** Frees the arena: the weights move into arrays of their own, and the next run takes memory again. */
  async release(): Promise<void> {
    await this.#holder.exclusively(() => this.#holder.release())
  }

  /** The model as the bytes of its file. */
  encode(): Uint8Array<ArrayBuffer> {
    return encodeModel({ network: this.network, info: this.info, tensors: this.weights.views() })
  }

  /** Writes `.lenslet`: the whole file or none of it. */
  async save(path: string): Promise<void> {
    const { network, info } = this
    // Where the weights are may change until it is this task's turn.
    await this.#holder.exclusively(() =>
      platform.writeFileAtomic(path, modelParts({ network, info, tensors: this.weights.views() })),
    )
  }

  /** Frees the memory and ends the workers. What was asked for before is waited for. */
  async dispose(): Promise<void> {
    await this.#holder.dispose()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.dispose()
  }

  static {
    trainerOf = (model) => ({
      hold: (options) => model.#holder.exclusively(() => model.#holder.hold(model.planFor(options))),
      exclusively: (program, task) =>
        model.#holder.exclusively(() => {
          model.#holder.ready(program)
          return task()
        }),
      fetch: async () => {
        if (!model.#holder.isDisposed) await model.#holder.exclusively(() => model.#holder.fetch())
      },
    })
  }
}

/** A weight as another network needs it. Throws `WeightError` for an unknown name and for another shape. */
function weightFor(weights: Weights, name: string, shape: Shape): Weight {
  const weight = weights.get(name)
  if (sameShape(weight.shape, shape)) return weight
  throw new WeightError(`${name}: another shape`, {
    received: `${printShape(weight.shape)} in the model`,
    expected: `${printShape(shape)}, for the network`,
    advice: 'a network with the same layers on maps of the same size',
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
