/**
 * PyTorch, where a Python with `torch` is installed (Debian: python3-torch; LENSLET_BENCH_PYTHON names another). pytorch.py
 * runs beside the contender's process, gets the network as ONNX nodes, and chooses the quickest of PyTorch's layouts.
 */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import type { SizedNode } from 'lenslet/network'
import { filtersLast, onnxGraph } from '../onnx/model.ts'
import type { Turn } from '../timing.ts'
import { labelledBytes, picturesOf, type Subject, subjectOf, type Tensor } from '../values.ts'
import type { ForwardWork, TrainWork } from '../work.ts'
import { changesOf, fromPlanes, toPlanes } from './common.ts'
import type { Contender, Peer } from './types.ts'

interface Answer {
  readonly header: {
    readonly description?: string
    readonly times?: readonly number[]
    /** Milliseconds of processor time of all of them. */
    readonly cpu?: number
    /** Greatest resident set so far, bytes. */
    readonly peak?: number
  }
  readonly bytes: Uint8Array
}

/** pytorch.py: requests go to it, each is answered by a line of JSON and the bytes that it announces. */
class Python {
  readonly #child: ChildProcess
  #received = Buffer.alloc(0)
  #wake: () => void = () => undefined
  #ended = false

  constructor(python: string) {
    this.#child = spawn(python, [join(import.meta.dirname, 'pytorch.py')], { stdio: ['pipe', 'pipe', 'inherit'] })
    this.#child.stdout?.on('data', (data: Buffer) => {
      this.#received = Buffer.concat([this.#received, data])
      this.#wake()
    })
    // That it ended is told by its end.
    this.#child.stdin?.on('error', () => undefined)
    this.#child.once('exit', () => {
      this.#ended = true
      this.#wake()
    })
  }

  async ask(request: object, ...data: ArrayBufferView[]): Promise<Answer> {
    this.#child.stdin?.write(`${JSON.stringify(request)}\n`)
    for (const { buffer, byteOffset, byteLength } of data)
      this.#child.stdin?.write(new Uint8Array(buffer, byteOffset, byteLength))
    await this.#until(() => this.#received.includes(10))
    const line = this.#take(this.#received.indexOf(10) + 1)
    const header = JSON.parse(line.toString()) as Answer['header'] & { failed?: string; bytes?: number }
    if (header.failed !== undefined) throw new Error(header.failed)
    const size = header.bytes ?? 0
    await this.#until(() => this.#received.length >= size)
    return { header, bytes: Uint8Array.from(this.#take(size)) }
  }

  end(): void {
    this.#child.stdin?.end()
  }

  async #until(ready: () => boolean): Promise<void> {
    while (!ready()) {
      if (this.#ended) throw new Error('Python ended')
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  #take(size: number): Buffer {
    const taken = this.#received.subarray(0, size)
    this.#received = this.#received.subarray(size)
    return taken
  }
}

interface Found {
  readonly python: string
  readonly version: string
}

let found: Found | undefined | null = null

/** The first Python that has `torch`. */
function torch(): Found | undefined {
  if (found !== null) return found
  found = undefined
  for (const python of [process.env.LENSLET_BENCH_PYTHON, 'python3', '/usr/bin/python3']) {
    if (python === undefined) continue
    const { status, stdout } = spawnSync(python, ['-c', 'import torch; print(torch.__version__)'], { encoding: 'utf8' })
    if (status !== 0) continue
    found = { python, version: stdout.trim() }
    break
  }
  return found
}

interface Given {
  readonly threads: number
  readonly pictures: Float32Array
  /** In training. */
  readonly labels?: Uint8Array
  readonly training?: object
  /** Only the first layout, and weights as they come: for measuring memory. */
  readonly bare?: boolean
}

/** Tensors that are no weights, of which the values matter in any case. */
const few = 16

async function begin(subject: Subject, batch: number, given: Given) {
  const { pictures, labels, bare = false, ...request } = given
  const { tensors, ...graph } = onnxGraph(subject, batch)
  const { output } = subject.nodes[0] as SizedNode
  const isSent = ({ values }: (typeof tensors)[number]) => !bare || values.length <= few
  const listed = tensors.map((tensor) => ({
    name: tensor.name,
    shape: tensor.shape,
    type: tensor.values instanceof Float32Array ? 'float32' : 'int64',
    sent: isSent(tensor),
  }))
  const python = new Python((torch() as Found).python)
  const { header, bytes } = await python.ask(
    { kind: 'start', graph: { ...graph, tensors: listed }, bare, ...request },
    ...tensors.filter(isSent).map(({ values }) => values),
    toPlanes(pictures, output),
    ...(labels === undefined ? [] : [labels]),
  )
  const round = async (milliseconds: number) =>
    (await python.ask({ kind: 'round', milliseconds, training: labels !== undefined })).header
  const time = async (milliseconds: number): Promise<Turn> => {
    const { times = [], cpu = 0 } = await round(milliseconds)
    return { times, runs: times.length, cpu }
  }
  /** Of one run more; then it ends. */
  const peak = async () => {
    const { peak: bytes = Number.NaN } = await round(0)
    python.end()
    return bytes
  }
  return { contender: { description: header.description ?? '', time }, values: new Float32Array(bytes.buffer), peak }
}

async function forward({ network, batch }: ForwardWork, threads: number): Promise<Contender> {
  const subject = subjectOf(network)
  const { output } = subject.nodes.at(-1) as SizedNode
  const { values, contender } = await begin(subject, batch, { threads, pictures: picturesOf(subject, batch) })
  return { ...contender, outputs: fromPlanes(values, output) }
}

function trainingOf(
  { batch, network, rate, momentum, weightDecay, checkedSteps }: TrainWork,
  subject = subjectOf(network),
) {
  const decays = subject.nodes.flatMap(({ node, parameters }) =>
    parameters.flatMap((parameter) => (parameter.decays ? [`${node.name}.${parameter.name}`] : [])),
  )
  const { images, labels } = labelledBytes(subject, batch)
  const pictures = Float32Array.from(images, (byte) => (byte / 255 - 0.5) / 0.5)
  const order = [...subject.weights.keys()]
  return { labels, pictures, training: { rate, momentum, weightDecay, checkedSteps, order, decays } }
}

async function train(work: TrainWork, threads: number): Promise<Contender> {
  const subject = subjectOf(work.network)
  const { values, contender } = await begin(subject, work.batch, { threads, ...trainingOf(work, subject) })
  const after = new Map<string, Float32Array>()
  let at = 0
  for (const [name, { shape, values: before }] of subject.weights as ReadonlyMap<string, Tensor>) {
    const own = values.subarray(at, at + before.length)
    after.set(name, shape.length === 4 ? filtersLast(own, shape) : own)
    at += before.length
  }
  return { ...contender, outputs: changesOf(subject, (name) => after.get(name) as Float32Array) }
}

/** Greatest resident sets with one thread: of Python alone, of one picture, and of training steps. */
export async function memoryOfTorch(of: { forward: string; train: string; batch: number }) {
  const installed = torch()
  if (installed === undefined) return undefined
  const { batch } = of
  // As pytorch.py does it.
  const script = "print(next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')))"
  const empty = 1024 * Number(spawnSync(installed.python, ['-c', script], { encoding: 'utf8' }).stdout)
  const [one, many] = [subjectOf(of.forward), subjectOf(of.train)]
  const forward = await begin(one, 1, { threads: 1, bare: true, pictures: picturesOf(one, 1) })
  const work: TrainWork = {
    kind: 'train',
    name: of.train,
    network: of.train,
    batch,
    rate: 0.01,
    momentum: 0.9,
    weightDecay: 0,
    checkedSteps: 1,
  }
  const train = await begin(many, batch, { threads: 1, bare: true, ...trainingOf(work, many) })
  return { empty, forward: await forward.peak(), train: await train.peak() }
}

export const pytorch: Peer = {
  name: 'pytorch',
  kind: 'native',
  version: () => torch()?.version ?? 'not installed',
  refuses: () => (torch() === undefined ? 'no Python with torch is installed' : undefined),
  forward,
  train,
}
