/** `lenslet train <net> --data <data>`: trains, shows how it goes, and leaves a folder with model, checkpoint and report. */

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { platform } from '#platform'
import { checkArena } from '../backends/wasm/memory.ts'
import { ArgumentError } from '../core/errors.ts'
import type { Volume } from '../core/shapes.ts'
import type { Dataset } from '../data/dataset.ts'
import { networkTable } from '../inspect/costTable.ts'
import { pictureOf } from '../inspect/picture.ts'
import { encodePng } from '../inspect/png.ts'
import { type BackendName, backendNames, Model } from '../model/model.ts'
import { inferVolumes } from '../network/volumes.ts'
import { evaluate } from '../train/evaluate.ts'
import { train } from '../train/loop.ts'
import { planOptionsOf, resolveSettings } from '../train/options.ts'
import type { Progress, TrainResult } from '../train/progress.ts'
import type { ZooEntry } from '../zoo/types.ts'
import { zoo } from '../zoo/zoo.ts'
import {
  absolute,
  addDataOptions,
  type DataOptions,
  dataHelp,
  dataOptions,
  dataWords,
  kindOf,
  openData,
} from './data.ts'
import { readCall, UsageError } from './errors.ts'
import { type AskedSize, fitNetwork, inputFor, type Origin, pictureSize, sizeHelp } from './fitNetwork.ts'
import { type Interrupt, onInterrupt } from './interrupt.ts'
import { commandName } from './machine.ts'
import { memoryHint } from './memoryHint.ts'
import { readNetwork } from './network.ts'
import { checkKnown, newHeadHelp, noModel, startOf } from './newHead.ts'
import { choice, exactHelp, number, whole } from './options.ts'
import { createRun, filesOf, type RunFiles, type RunSettings, readRun } from './runFolder.ts'
import { runReport } from './runReport.ts'
import { Terminal } from './terminal.ts'
import { TrainProgress } from './trainProgress.ts'
import { addLearningOptions, type LearningOptions, learningOptions } from './trainSettings.ts'
import { conclusion, introduction, originOf, quoted } from './trainWords.ts'

interface TrainCall extends LearningOptions, DataOptions {
  readonly data?: string
  readonly size?: AskedSize
  readonly newHead?: boolean
  readonly out?: string
  readonly resume?: string
  readonly threads?: number
  readonly checkpointEvery?: number
  readonly backend?: BackendName
  readonly exact?: boolean
  readonly json?: boolean
}

export function define(command: Command): void {
  command
    .argument('[net]', 'name from the zoo, text in the notation, or a file; a .lenslet model is trained further')
    .option('--data <data>', dataHelp)
    .option('--size <size>', sizeHelp, pictureSize('--size'))
    .option('--new-head', newHeadHelp)
    .option('--out <folder>', 'folder of the run; default runs/<net>-<data>-<time>')
    .option('--resume <folder>', 'go on with a run that was stopped; needs nothing else')
    .option('--threads <n>', 'workers; never changes the result', whole('--threads', 1))
    .option(
      '--checkpoint-every <seconds>',
      'how often a checkpoint is written; default 60',
      number('--checkpoint-every'),
    )
    .option('--backend <name>', 'wasm, or reference (float64, slow)', choice('--backend', backendNames))
    .option('--exact', exactHelp)
    .option('--json', 'one JSON object on stdout; progress on stderr')
  addLearningOptions(command)
  addDataOptions(command)
  command.addHelpText('after', examples).action(run)
}

const examples = `
Examples:
  lenslet train lenet5 --data mnist
  lenslet train cifar-small --data cifar10 --epochs 20 --augment flip,crop4
  lenslet train resnet18 --data images:./photos --size 96
  lenslet train "INPUT 32x32x3 -> CONV3-16 -> RELU -> POOL2 -> FC-3" --data images:./pictures
  lenslet train --resume runs/lenet5-mnist-20261122-054312`

/** A training that is understood, and not yet begun. */
interface Task {
  readonly settings: RunSettings
  readonly entry?: ZooEntry
  /** Where the network comes from; absent in a run that is resumed, whose network is fitted already. */
  readonly origin?: Origin
  /** What was taken for <net>, where that was not certain. */
  readonly notice?: string | undefined
  /** Where it is resumed. */
  readonly files?: RunFiles
}

async function run(net: string | undefined, call: TrainCall): Promise<void> {
  const terminal = new Terminal(call.json === true)
  const task = await readCall(() =>
    call.resume === undefined ? newTask(net, call) : resumedTask(net, call.resume, call),
  )
  const progress = new TrainProgress(terminal)
  const interrupt = onInterrupt((words) => {
    progress.quiet()
    terminal.progress(words)
  })
  try {
    await work(task, call, terminal, progress, interrupt)
  } catch (error) {
    progress.clear()
    if (!interrupt.signal.aborted || error !== interrupt.signal.reason) throw error
    terminal.progress('Stopped before the training began; nothing was written.')
    throw interrupt.stopped()
  } finally {
    interrupt.release()
  }
}

async function newTask(net: string | undefined, call: TrainCall): Promise<Task> {
  if (net === undefined) {
    throw new UsageError('a network is missing', {
      expected: 'lenslet train <net> --data <data>',
      advice: 'lenslet train lenet5 --data mnist',
    })
  }
  const { data } = call
  if (data === undefined) {
    throw new UsageError('the data is missing', {
      received: net,
      expected: `--data ${dataHelp}`,
      advice: '--data mnist',
    })
  }
  const { network, name, entry, model, notice } = await readNetwork(net)
  if (call.newHead === true && model === undefined) throw noModel(net)
  const recipe = entry?.recipes?.[kindOf(data)]
  const settings: RunSettings = {
    name,
    network,
    data: absolute(data),
    dataOptions: dataOptions(call),
    options: learningOptions(call, recipe),
    init: call.init,
    backend: call.backend ?? 'wasm',
    exact: call.exact ?? false,
    model,
    began: new Date().toISOString(),
  }
  const origin = entry !== undefined ? 'zoo' : model !== undefined ? 'model' : 'written'
  return { settings, origin, notice, ...(entry && { entry }) }
}

/** The settings of the run; what the call says besides is taken over, and `train` refuses what would change the past. */
async function resumedTask(net: string | undefined, folder: string, call: TrainCall): Promise<Task> {
  const given =
    net !== undefined ? net : call.data !== undefined ? `--data ${call.data}` : call.out && `--out ${call.out}`
  if (given !== undefined) {
    throw new UsageError('a run that is resumed knows its network, its data and its folder', {
      received: `${given} with --resume`,
      expected: '--resume <folder>',
      advice: 'leave it out',
    })
  }
  const { options, ...rest } = await readRun(folder)
  const settings = {
    ...rest,
    dataOptions: { ...rest.dataOptions, ...dataOptions(call) },
    options: learningOptions(call, options),
  }
  return { settings, ...(zoo.has(settings.name) && { entry: zoo.entry(settings.name) }), files: filesOf(folder) }
}

async function work(
  given: Task,
  call: TrainCall,
  terminal: Terminal,
  progress: TrainProgress,
  interrupt: Interrupt,
): Promise<void> {
  if (given.notice !== undefined) terminal.hint(given.notice)
  const { task, dataset, fitted: fitting } = await openFitted(given, call, terminal, interrupt.signal)
  const { settings, entry } = task
  const { network, options } = settings
  const fitted = { ...options, batch: options.batch ?? Math.min(32, dataset.train.count) }
  await using model = await createModel(task, call)
  if (task.origin === 'model' && call.newHead !== true) checkKnown(settings.name, model.info, dataset.classes)
  const checkpointed = task.files !== undefined && existsSync(task.files.checkpoint)
  const paths = task.files ?? filesOf(call.out ?? '')
  const training = (files: RunFiles) =>
    train(model, dataset, {
      ...fitted,
      checkpoint: { path: files.checkpoint, ...(call.checkpointEvery && { everySeconds: call.checkpointEvery }) },
      metrics: files.metrics,
      signal: interrupt.signal,
      ...(checkpointed ? { resume: files.checkpoint } : {}),
    })
  // A generator that is called has checked its options and not begun: what is refused is refused before there is a folder.
  await readCall(() => training(paths).return(undefined as never))
  const plan = model.planFor(planOptionsOf(resolveSettings(model, dataset, fitted)))
  if (settings.backend === 'wasm') checkArena(plan.arenaBytes)
  const bytesAt = (batch: number) =>
    model.planFor(planOptionsOf(resolveSettings(model, dataset, { ...fitted, batch }))).arenaBytes
  const short = memoryHint(plan.arenaBytes, fitted.batch, bytesAt)
  if (short !== undefined) terminal.hint(short)
  interrupt.signal.throwIfAborted()
  const files = task.files ?? (await createRun({ ...settings, options: fitted }, call.out))
  if (fitting !== undefined) terminal.say(fitting)
  terminal.say(introduction(settings, dataset, model, files, terminal))
  if (task.files !== undefined && !checkpointed)
    terminal.say('There is no checkpoint yet: the training begins anew, with the same settings.')

  const last = await follow(training(files), progress)
  const result = last.result as TrainResult
  const summary = {
    run: files.folder,
    network: settings.name,
    data: settings.data,
    epochs: result.epochs,
    steps: result.steps,
    seconds: result.seconds,
    trainLoss: result.trainLoss,
    trainAccuracy: result.trainAccuracy,
    testLoss: result.testLoss ?? null,
    testAccuracy: result.testAccuracy ?? null,
    parameters: networkTable(network).totals.parameters,
    threads: model.threads,
    imagesPerSecond: result.imagesPerSecond,
    stopped: result.stopped ?? null,
    fitted: fitting ?? null,
    notices: dataset.notices,
  }
  if (result.stopped === 'aborted') {
    const resume = `${commandName()} train --resume ${quoted(files.folder)}`
    terminal.result({ ...summary, checkpoint: files.checkpoint, resume }, () =>
      [`Stopped after ${result.steps} steps. The checkpoint is ${files.checkpoint}; to go on:`, `  ${resume}`].join(
        '\n',
      ),
    )
    if (terminal.json) terminal.progress(`Stopped; to go on: ${resume}`)
    throw interrupt.stopped()
  }
  model.info = { ...model.info, origin: originOf(settings, result) }
  await model.save(files.model)
  const example = await saveExample(files, dataset)
  const next = [
    `${commandName()} predict ${quoted(files.model)} ${quoted(example)}`,
    `${commandName()} eval ${[files.model, '--data', settings.data, ...dataWords(settings.dataOptions ?? {})].map(quoted).join(' ')}`,
  ]
  // A run that had ended already, or was killed just before its end, is not evaluated again by the training.
  const { normalization } = model.info
  const evaluation =
    last.evaluation ??
    (result.testAccuracy === undefined ? undefined : await evaluate(model, dataset.test, { normalization }))
  const page = await runReport({ settings, entry, options: fitted, dataset, model, result, evaluation, next })
  await platform.writeFileAtomic(files.report, new TextEncoder().encode(page))
  terminal.result({ ...summary, model: files.model, report: files.report, checkpoint: files.checkpoint, next }, () =>
    conclusion(result, dataset, model, files, next, terminal),
  )
}

/** The data, and the task with its network fitted to it. */
async function openFitted(task: Task, { size, newHead }: TrainCall, terminal: Terminal, signal: AbortSignal) {
  const { settings, origin } = task
  const { name, network, data, dataOptions } = settings
  if (origin === undefined) {
    const input = inferVolumes(network)[0]?.output as Volume
    return { task, dataset: await openData(data, input, terminal, signal, dataOptions), fitted: undefined }
  }
  const request = { name, network, data, size, origin, newHead }
  const dataset = await openData(data, await readCall(() => inputFor(request)), terminal, signal, dataOptions)
  const { network: fitted, says } = await readCall(() => fitNetwork(request, dataset))
  return { task: { ...task, settings: { ...settings, network: fitted } }, dataset, fitted: says }
}

async function createModel({ settings }: Task, { threads, newHead = false }: TrainCall): Promise<Model> {
  const { network, options, init, backend, exact, model } = settings
  const how = { backend, exact, ...(threads === undefined ? {} : { threads }) }
  const { seed = 0 } = options
  if (!Number.isInteger(seed)) throw new ArgumentError('--seed is a whole number', { received: `${seed}` })
  const begin = { ...how, seed, ...(init === undefined ? {} : { initial: init }) }
  if (model !== undefined) return Model.load(await startOf(model, network, { ...begin, newHead }), how)
  return Model.create(network, begin)
}

async function follow(training: AsyncGenerator<Progress, TrainResult>, progress: TrainProgress): Promise<Progress> {
  let last: Progress | undefined
  for await (const each of training) {
    progress.show(each)
    if (each.kind !== 'step') last = { ...last, ...each }
  }
  return last as Progress
}

/** A newcomer has no picture of a digit at hand: the first of the test split is one. */
async function saveExample(files: RunFiles, { test, classes }: Dataset): Promise<string> {
  const label = classes[test.labels[0] as number] as string
  const path = join(files.folder, `example-${label.replace(/[^\p{L}\p{N}-]+/gu, '_').slice(0, 60)}.png`)
  await platform.writeFileAtomic(path, encodePng(pictureOf(test, 0)))
  return path
}
