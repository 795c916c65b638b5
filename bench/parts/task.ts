/**
 * One task in a fresh process, which is given as JSON; the answer is a line of JSON. Nothing is imported before the task asks
 * for it, so that what is measured is what a program of these few lines would take.
 */

export type Task =
  | { readonly kind: 'nothing' }
  /** One picture through the network of a file. */
  | { readonly kind: 'forward'; readonly peer: Runner; readonly file: string; readonly threads: number }
  /** A few training steps of Lenslet. */
  | { readonly kind: 'train'; readonly network: string; readonly batch: number; readonly threads: number }

export type Runner = 'lenslet' | 'lenslet-narrow' | 'onnxruntime-node' | 'onnxruntime-web'

export interface Answer {
  /** The process's greatest resident set. */
  readonly peakBytes: number
  /** From the import of the library to the first scores; the file was in memory. */
  readonly milliseconds?: number
  /** Of all cores together. */
  readonly cpuMilliseconds?: number
  readonly kernels?: string
  /** Of the arena, which are those of the plan. */
  readonly arenaBytes?: number
  readonly scores?: number
}

const side = 224
const steps = 3

async function lenslet(bytes: Uint8Array, threads: number, wide: boolean) {
  const { allowWide, Model } = await import('lenslet')
  if (wide) allowWide()
  const model = await Model.load(bytes, { batch: 1, threads })
  const scores = await model.predict(new Float32Array(side * side * 3).fill(0.5))
  return { scores, kernels: model.description, arenaBytes: model.allocatedBytes }
}

async function onnxruntime(name: 'onnxruntime-node' | 'onnxruntime-web', bytes: Uint8Array, threads: number) {
  const runtime = (await import(name)) as typeof import('onnxruntime-common')
  runtime.env.wasm.numThreads = threads
  const session = await runtime.InferenceSession.create(bytes, {
    executionProviders: [name === 'onnxruntime-node' ? 'cpu' : 'wasm'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
  })
  const picture = new Float32Array(side * side * 3).fill(0.5)
  const [input = '', output = ''] = [session.inputNames[0], session.outputNames[0]]
  const result = await session.run({ [input]: new runtime.Tensor('float32', picture, [1, 3, side, side]) })
  return { scores: result[output]?.data as Float32Array }
}

async function forward({ peer, file, threads }: Extract<Task, { kind: 'forward' }>): Promise<Partial<Answer>> {
  const { readFile } = await import('node:fs/promises')
  const bytes = await readFile(file)
  const before = process.cpuUsage()
  const began = performance.now()
  const { scores, ...more } =
    peer === 'onnxruntime-node' || peer === 'onnxruntime-web'
      ? await onnxruntime(peer, bytes, threads)
      : await lenslet(bytes, threads, peer === 'lenslet')
  const milliseconds = performance.now() - began
  const { user, system } = process.cpuUsage(before)
  return { ...more, milliseconds, cpuMilliseconds: (user + system) / 1000, scores: scores.length }
}

async function train({ network, batch, threads }: Extract<Task, { kind: 'train' }>): Promise<Partial<Answer>> {
  const { allowWide, Model, dataset, train: trainer, zoo } = await import('lenslet')
  allowWide()
  const model = await Model.create(zoo.network(network), { batch, threads })
  const { height, width, channels } = model.input
  const count = steps * batch
  const split = {
    height,
    width,
    channels,
    images: new Uint8Array(count * height * width * channels).fill(100),
    labels: new Uint8Array(count),
  }
  const classes = Array.from({ length: model.output.channels }, (_, index) => `class ${index}`)
  const half = Array.from({ length: channels }, () => 0.5)
  const normalization = { mean: half, std: half }
  const data = dataset({ classes, train: split, test: split, normalization })
  const optimizer = { kind: 'momentum', rate: 0.01 } as const
  for await (const _ of trainer(model, data, { epochs: 1, batch, optimizer, evaluate: 'never' }));
  return { kernels: model.description, arenaBytes: model.allocatedBytes }
}

const task = JSON.parse(process.argv[2] ?? '') as Task
const found = task.kind === 'forward' ? await forward(task) : task.kind === 'train' ? await train(task) : {}
/** Linux counts what stood in this process before its program began, its parent's copy, in `maxRSS`; not in `VmHWM`. */
async function peakKilobytes(): Promise<number> {
  const { readFile } = await import('node:fs/promises')
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '')
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? process.resourceUsage().maxRSS)
}

const answer: Answer = { ...found, peakBytes: (await peakKilobytes()) * 1024 }
process.stdout.write(`${JSON.stringify(answer)}\n`, () => process.exit(0))
