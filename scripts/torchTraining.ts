// Trainings by PyTorch, alone and by two processes: LeNet and ResNet-20 give Lenslet's losses; MNIST reaches 99 % in three epochs;
// and a training goes on when one of its processes is killed. Takes minutes.

import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { volumeSize } from '../src/core/shapes.ts'
import { dataset, type Split, type SplitSource } from '../src/data/dataset.ts'
import { openDataset } from '../src/data/node/open.ts'
import type { TrainOptions } from '../src/train/options.ts'
import { zoo } from '../src/zoo/zoo.ts'
import { writeTraining } from '../test/torch/trainings.ts'
import { root } from './files.ts'

const steps = 20

interface StepRecord {
  readonly kind: string
  readonly step: number
  readonly loss: number
}

interface Result {
  readonly testAccuracy: number
  readonly seconds: number
  readonly imagesPerSecond: number
}

type Recipe = Omit<TrainOptions, 'batch' | 'keep'>

/**
 * The optimizer of CIFAR's ResNets with the rate that their paper warms up with (He et al. 2015), reached in five epochs (Goyal et
 * al. 2017). Ten times the rate amplifies the rounding of 32 bits to more than 1e-5 in as few steps: that is what `checkDouble` is for.
 */
const gentle: Recipe = {
  epochs: 160,
  optimizer: { kind: 'momentum', rate: 0.01, momentum: 0.9, weightDecay: 1e-4 },
  schedule: { kind: 'cosine', warmup: 5 },
  augment: { flip: true, crop: 4 },
}

/** Adam divides a gradient by its size, so weights whose gradients are rounding alone move as far as others. */
const hard: Recipe = { epochs: 5, schedule: 'constant', augment: { flip: true, crop: 4 } }

/** By name. Each takes the Python and an empty folder, and throws where something is not as it must be. */
const checks: Readonly<Record<string, (python: string, folder: string) => Promise<void>>> = {
  lenet5: (python, folder) => checkLosses(python, folder, 'lenet5', 'mnist', 64, zoo.entry('lenet5').recipes?.mnist),
  resnet20: (python, folder) => checkLosses(python, folder, 'resnet20', 'cifar10', 128, gentle),
  double: checkDouble,
  digits: async (python, folder) => checkKilled(python, folder, checkDigits(python, folder)),
}

/** @param only one of them; default: all */
export async function checkTraining(python: string, folder: string, only: string | undefined): Promise<void> {
  if (only !== undefined && checks[only] === undefined)
    throw new Error(`--only is one of ${Object.keys(checks).join(', ')}`)
  for (const [name, check] of Object.entries(checks))
    if (only === undefined || name === only) await check(python, folder)
}

/** The first steps by one process, by two, and by Lenslet. */
async function checkLosses(
  python: string,
  folder: string,
  name: string,
  source: string,
  batch: number,
  recipe: Recipe | undefined,
): Promise<void> {
  if (recipe === undefined) throw new Error(`the zoo has no recipe of ${name} for ${source}`)
  const { place, own } = await write(join(folder, name), name, source, batch, recipe)
  const { one, two } = runBoth(python, place, [])
  compare(`${name}: two processes and one`, two, one, 1e-5)
  compare(`${name}: one process and Lenslet`, one, own, 1e-4)
}

/** Two processes and one with 64-bit floats, in a training that amplifies rounding: what remains is far below all other mistakes. */
async function checkDouble(python: string, folder: string): Promise<void> {
  const { place } = await write(join(folder, 'double'), 'resnet20', 'cifar10', 16, hard)
  const { one, two } = runBoth(python, place, ['--double'])
  compare('resnet20 in 64 bits: two processes and one', two, one, 1e-9)
}

/** Trains the first steps by Lenslet. Gives the losses, and the folder from which PyTorch trains the same. */
async function write(place: string, name: string, source: string, batch: number, recipe: Recipe) {
  const { train, test, normalization, classes } = await openDataset(source)
  // An epoch of as many steps as are compared: then each of them is recorded.
  const data = dataset({
    name: source,
    classes,
    train: first(train, steps * batch),
    test: first(test, 500),
    normalization,
  })
  // So that the first steps are those of the recipe, although epochs are shorter.
  const scale = train.count / data.train.count
  const options = { ...recipe, ...scaled(recipe, scale), batch, keep: 'last' } as const
  const own = await writeTraining(place, { name, text: zoo.entry(name).notation, data, options, steps })
  return { place, own }
}

function scaled({ epochs, schedule }: Recipe, scale: number): Pick<TrainOptions, 'epochs' | 'schedule'> {
  const longer = Math.round(epochs * scale)
  const isSlow = typeof schedule === 'object' && 'warmup' in schedule && schedule.warmup !== undefined
  return { epochs: longer, schedule: isSlow ? { ...schedule, warmup: schedule.warmup * scale } : schedule }
}

/** The losses by one process and by two. */
function runBoth(python: string, place: string, options: readonly string[]) {
  const [one, two] = [join(place, 'one'), join(place, 'two')]
  runOne(python, place, ['--out', one, '--steps', `${steps}`, ...options])
  runTwo(python, place, ['--out', two, '--steps', `${steps}`, '--sync-bn', ...options])
  return { one: lossesOf(one), two: lossesOf(two) }
}

function first(split: Split, count: number): SplitSource {
  const { height, width, channels, images, labels } = split
  return {
    height,
    width,
    channels,
    images: images.slice(0, count * volumeSize(split)),
    labels: labels.slice(0, count),
  }
}

/** MNIST by two processes; gives the test accuracy. */
function checkDigits(python: string, folder: string): number {
  const place = join(folder, 'digits')
  const cli = join(root, 'src/cli/main.ts')
  const node = ['--conditions=lenslet-source', '--no-warnings', cli, 'export', 'lenet5', '--torch', place]
  check(
    spawnSync(process.execPath, [...node, '--data', 'mnist', '--epochs', '3', '--keep', 'last'], {
      stdio: 'inherit',
    }),
  )
  const { testAccuracy, imagesPerSecond } = resultOf(runTwo(python, place, []))
  say('MNIST, three epochs', `test accuracy ${percent(testAccuracy)}, ${Math.round(imagesPerSecond)} images/s`)
  if (!(testAccuracy >= 0.99)) throw new Error(`the test accuracy is ${percent(testAccuracy)}, expected 99 %`)
  return testAccuracy
}

/** One of two processes is killed in the middle: all start again from the checkpoint, and end as if nothing had happened. */
async function checkKilled(python: string, folder: string, undisturbed: number): Promise<void> {
  const place = join(folder, 'digits')
  const out = join(place, 'killed')
  const { command, args } = torchrun(
    python,
    place,
    ['--out', out, '--checkpoint-seconds', '1'],
    ['--max_restarts', '3'],
  )
  const running = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'], env: environment() })
  let said = ''
  running.stdout.on('data', (bytes) => (said += bytes))
  const ended = new Promise<number | null>((resolve) => running.on('close', resolve))
  const isLate = () => recordsOf(out).some(({ kind, step }) => kind === 'step' && step > 1400)
  while (!(isLate() && existsSync(join(out, 'checkpoint.safetensors')))) {
    if (running.exitCode !== null) throw new Error('the training ended before a process was killed')
    await sleep(2000)
  }
  const killed = workersOf(running.pid as number).at(-1) as number
  process.kill(killed, 'SIGKILL')
  const code = await ended
  if (code !== 0) throw new Error(`torchrun ended with ${code}`)
  const { testAccuracy } = resultOf(said)
  say('one of two processes killed', `test accuracy ${percent(testAccuracy)}, undisturbed ${percent(undisturbed)}`)
  if (Math.abs(testAccuracy - undisturbed) > 0.002) throw new Error('the training ended elsewhere')
}

/** Of Linux: the processes that torchrun has started. */
function workersOf(pid: number): readonly number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
  return children.split(' ').map(Number)
}

function runOne(python: string, place: string, options: readonly string[]): void {
  const run = spawnSync(python, [join(root, 'python/train.py'), place, '--json', '--device', 'cpu', ...options], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  check(run)
}

/** Gives what it says. */
function runTwo(python: string, place: string, options: readonly string[]): string {
  const { command, args } = torchrun(python, place, options, [])
  const run = spawnSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], env: environment() })
  check(run)
  return run.stdout
}

/** With the redirection that PyTorch 1.13 needs under Python 3.11. */
function torchrun(python: string, place: string, options: readonly string[], more: readonly string[]) {
  const logs = ['--redirects', '1', '--tee', '1', '--log_dir', join(place, 'logs')]
  // Not --standalone, which always takes the same port: two checks at a time would meet.
  const meeting = ['--rdzv_backend', 'c10d', '--rdzv_endpoint', 'localhost:0']
  const launcher = ['-m', 'torch.distributed.run', ...meeting, '--nproc_per_node', '2', ...logs, ...more]
  return {
    command: python,
    args: [...launcher, join(root, 'python/train.py'), place, '--json', '--device', 'cpu', ...options],
  }
}

const environment = () => ({ ...process.env, OMP_NUM_THREADS: '1' })

/** torchrun puts the process's name in front of each line. */
function resultOf(said: string): Result {
  const line = said.split('\n').find((each) => each.includes('{"kind": "done"')) ?? ''
  return JSON.parse(line.slice(line.indexOf('{'))) as Result
}

function recordsOf(out: string): readonly StepRecord[] {
  const path = join(out, 'metrics.jsonl')
  if (!existsSync(path)) return []
  const lines = readFileSync(path, 'utf8').split('\n')
  // The last is empty, or not yet complete.
  return lines.slice(0, -1).map((line) => JSON.parse(line) as StepRecord)
}

const lossesOf = (out: string) => recordsOf(out).flatMap(({ kind, loss }) => (kind === 'step' ? [loss] : []))

function compare(what: string, found: readonly number[], expected: readonly number[], tolerance: number): void {
  if (found.length !== steps || expected.length !== steps)
    throw new Error(`${what}: ${found.length} and ${expected.length} losses`)
  const apart = Math.max(...found.map((loss, i) => Math.abs(loss - (expected[i] as number))))
  say(what, `the first ${steps} losses differ by at most ${apart.toExponential(1)}`)
  if (!(apart <= tolerance)) throw new Error(`${what}: ${apart} is more than ${tolerance}`)
}

function check({ status, error }: { readonly status: number | null; readonly error?: Error }): void {
  if (error !== undefined) throw error
  if (status !== 0) throw new Error(`a program ended with ${status}`)
}

const percent = (share: number) => `${(100 * share).toFixed(2)} %`
const say = (what: string, text: string) => console.log(`${what}: ${text}`)
