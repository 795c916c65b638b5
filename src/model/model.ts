/** What a user holds: a network with weights on a backend. Predict, save, load. */

import { platform } from '#platform'
import { referenceBackend } from '../backends/reference/backend.ts'
import type { Backend, Program } from '../backends/types.ts'
import { chooseThreads, startEarly, wasmBackend } from '../backends/wasm/index.ts'
import { ArgumentError, printVolume, type Volume, volumeSize } from '../core/index.ts'
import { inferVolumes, type Network } from '../network/index.ts'
import { plan } from '../plan/plan.ts'
import { runsOf } from '../plan/sizes.ts'
import type { Plan, PlanOptions } from '../plan/types.ts'
import { PicturesError } from './errors.ts'
import { decodeModel, encodeModel, type ModelInfo } from './file.ts'
import { checkInitializer, type Initializer, initialValues } from './initialize.ts'
import type { Tensor } from './safetensors.ts'
import { Weights } from './weights.ts'

interface BackendRow {
  backend(options: ModelOptions): Backend
  /** Starts what takes long to come up; to be ended when the model has taken it, or failed. */
  early(options: ModelOptions): () => Promise<void>
}

const backends = {
  wasm: { backend: ({ wide = false }) => wasmBackend({ wide }), early: ({ threads }) => startEarly(threads) },
  reference: { backend: () => referenceBackend, early: () => async () => {} },
} as const satisfies Record<string, BackendRow>

export interface ModelOptions {
  /** Default 0. */
  readonly seed?: number
  /** The most pictures that run at once. Default 32; `predict` takes any number, and fewer take less time. */
  readonly batch?: number
  /** Default: as many as the processor has, one where memory cannot be shared. Never changes a result. */
  readonly threads?: number
  /** Default `wasm`. `reference` is float64 and slow: the definition. */
  readonly backend?: keyof typeof backends
  /** Without Winograd's method, which is faster but rounds more coarsely. Default false. */
  readonly exact?: boolean
  /**
   * In Node on x64: up to twice the speed and the same bits, by an experimental flag of V8 that holds for the whole process
   * and for all models made later. Default false in programs; the command line says true.
   */
  readonly wide?: boolean
  /** How filters start; default: as each layer says (He). */
  readonly initial?: Initializer
  readonly info?: ModelInfo
}

export interface PredictOptions {
  /** Where the scores go, [n, classes]: of use where pictures come one after the other. Default: a new array. */
  readonly into?: Float32Array
}

/** Does what makes a model, while what takes long comes up. */
async function early<T>(options: ModelOptions, make: (row: BackendRow) => Promise<T>): Promise<T> {
  const name = options.backend ?? 'wasm'
  const row: BackendRow | undefined = Object.hasOwn(backends, name) ? backends[name] : undefined
  if (row === undefined)
    throw new ArgumentError('no such backend', { received: `${name}`, expected: Object.keys(backends).join(', ') })
  const end = row.early(options)
  try {
    return await make(row)
  } finally {
    await end()
  }
}

export class Model {
  readonly network: Network
  readonly weights: Weights
  /** Volume of a picture. */
  readonly input: Volume
  /** Volume of what the last layer gives. */
  readonly output: Volume
  info: ModelInfo
  readonly #program: Program
  readonly #backend: Backend
  /** Runs wait for each other: they share one arena. */
  #queue: Promise<unknown> = Promise.resolve()

  private constructor(program: Program, backend: Backend, info: ModelInfo) {
    const nodes = inferVolumes(program.plan.network)
    this.network = program.plan.network
    this.input = nodes[0]?.output as Volume
    this.output = nodes.at(-1)?.output as Volume
    this.weights = new Weights(program)
    this.info = info
    this.#program = program
    this.#backend = backend
  }

  /** Plans, allocates and initializes. Throws `SizeError`, `MemoryError`, `ArgumentError`. */
  static async create(network: Network, options: ModelOptions = {}): Promise<Model> {
    const { seed = 0, initial } = options
    if (!Number.isInteger(seed)) throw new ArgumentError('a seed is a whole number', { received: `${seed}` })
    const weights = inferVolumes(network).flatMap(({ node, parameters }) =>
      parameters.map((spec) => ({ spec, name: `${node.name}.${spec.name}` })),
    )
    checkInitializer(initial)
    const model = await early(options, (row) => Model.#bind(row, network, options))
    for (const { spec, name } of weights) model.weights.set(name, initialValues(spec, name, seed, initial))
    return model
  }

  /**
   * From a file's path (Node) or its bytes, which must stay as they are until the model is there. Throws `FileError`,
   * `SafetensorsError`, `ModelFileError`.
   */
  static async load(
    source: string | Uint8Array,
    options: Omit<ModelOptions, 'seed' | 'initial' | 'info'> = {},
  ): Promise<Model> {
    return early(options, async (row) => {
      const { network, info, tensors } = decodeModel(
        typeof source === 'string' ? await platform.readFile(source) : source,
      )
      const model = await Model.#bind(row, network, { ...options, info })
      for (const name of model.weights.names) model.weights.set(name, (tensors.get(name) as Tensor).values)
      return model
    })
  }

  static async #bind(row: BackendRow, network: Network, options: ModelOptions): Promise<Model> {
    const { batch = 32, exact = false, info = {} } = options
    const backend = row.backend(options)
    const threads = options.threads ?? chooseThreads().threads
    return new Model(await backend.bind(plan(network, { batch, threads, exact })), backend, info)
  }

  /** The inference plan that `predict` runs. */
  get plan(): Plan {
    return this.#program.plan
  }

  /** Which kernels run, on how many threads, and why not more. */
  get description(): string {
    return this.#program.description
  }

  /** Threads that really run; `description` says why not more. */
  get threads(): number {
    return this.#program.threads
  }

  /** Bytes allocated for the arena: what the plan said. */
  get allocatedBytes(): number {
    return this.#program.allocatedBytes
  }

  /**
   * Pictures [n, h, w, c], already normalized, to what the network's last layer gives, [n, classes]. Any n; batches by
   * itself, and takes as long as n asks for. A picture's scores are the same bits whatever stands beside it. Throws
   * `PicturesError` where the values are not a whole number of pictures, or the scores do not fit `into`.
   */
  async predict(pictures: Float32Array, { into }: PredictOptions = {}): Promise<Float32Array> {
    const each = volumeSize(this.input)
    if (pictures.length === 0 || pictures.length % each !== 0) {
      throw new PicturesError('not a whole number of pictures', {
        received: `${pictures.length} values`,
        expected: `a multiple of ${each}, ${printVolume(this.input)} a picture, from 1 picture`,
        advice: 'pictures are [n, height, width, channels], values side by side',
      })
    }
    const count = pictures.length / each
    const scores = volumeSize(this.output)
    if (into !== undefined && into.length !== count * scores) {
      throw new PicturesError('the scores do not fit the array they are to go into', {
        received: `${into.length} values`,
        expected: `${count * scores}, ${scores} a picture`,
      })
    }
    const results = into ?? new Float32Array(count * scores)
    let first = 0
    for (const size of runsOf(count, this.plan.sizes)) {
      const end = Math.min(first + size, count)
      const some = pictures.subarray(first * each, end * each)
      await this.#runFirst(size, some, results.subarray(first * scores, end * scores))
      first = end
    }
    return results
  }

  /** A run of one of the plan's sizes, of which as many pictures as there are scores count. */
  #runFirst(size: number, pictures: Float32Array, scores: Float32Array): Promise<void> {
    const { ports } = this.#program.plan
    const run = async () => {
      this.#program.write(ports.pictures, pictures)
      await this.#program.run({ pictures: size })
      scores.set((this.#program.read(ports.output) as Float32Array).subarray(0, scores.length))
    }
    const result = this.#queue.then(run)
    this.#queue = result.catch(() => undefined)
    return result
  }

  /** Binds another plan of this network on the same backend, with as many threads, as exact: what training runs on. */
  async bind(options: Omit<PlanOptions, 'threads' | 'exact'>): Promise<Program> {
    return this.#backend.bind(plan(this.network, { ...options, threads: this.plan.threads, exact: this.plan.exact }))
  }

  /** The model as the bytes of its file. */
  encode(): Uint8Array<ArrayBuffer> {
    return encodeModel({ network: this.network, info: this.info, tensors: this.weights.tensors() })
  }

  /** Writes `.lenslet`: the whole file or none of it. */
  async save(path: string): Promise<void> {
    await platform.writeFileAtomic(path, this.encode())
  }

  /** Frees the memory and ends the workers. */
  async dispose(): Promise<void> {
    await this.#program.dispose()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.dispose()
  }
}
