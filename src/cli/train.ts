/** `lenslet train <net> --data <data>`: trains, shows how it goes, and leaves a folder with model, checkpoint and report. */

import { existsSync } from 'node:fs'
import type { Command } from 'commander'
import { platform } from '#platform'
import { ArgumentError } from '../core/errors.ts'
import type { Volume } from '../core/shapes.ts'
import type { Dataset } from '../data/dataset.ts'
import { type Preprocessing, preprocessingFor } from '../data/preprocessing.ts'
import { withNewHead } from '../exchange/newHead.ts'
import { decodeModel } from '../model/file.ts'
import { Model } from '../model/model.ts'
import { type BackendName, backendNames } from '../model/options.ts'
import { inferVolumes } from '../network/volumes.ts'
import type { FileLock } from '../platform/types.ts'
import { readCheckpoint } from '../train/checkpoint.ts'
import { describeTests, describeTraining } from '../train/identity.ts'
import { train, trainHolding } from '../train/loop.ts'
import { measureOf } from '../train/measures.ts'
import { planOptionsOf, resolveSettings, type TrainOptions } from '../train/options.ts'
import { checkResume } from '../train/resume.ts'
import { watchedSplitOf } from '../train/splits.ts'
import { fineTuning } from '../zoo/fineTuning.ts'
import type { ZooEntry } from '../zoo/types.ts'
import { zoo } from '../zoo/zoo.ts'
import { absolute, addDataOptions, type DataOptions, dataHelp, dataOptions, kindOf, openData } from './data.ts'
import { readCall, UsageError } from './errors.ts'
import { cacheFeatures, computeFeatures, putFeaturesBack } from './featureCache.ts'
import { fineTuningWords, freezeHelp, layerNames } from './fineTuning.ts'
import { finishRun } from './finishRun.ts'
import { type AskedSize, fitNetwork, inputFor, type Origin, pictureSize, sizeHelp } from './fitNetwork.ts'
import { followRun } from './followRun.ts'
import { type Interrupt, onInterrupt } from './interrupt.ts'
import { checkTraining, memoryHint } from './memoryHint.ts'
import { readNetwork } from './network.ts'
import { checkKnown, needsNewHead, newHeadHelp, noModel } from './newHead.ts'
import { choice, exactHelp, number } from './options.ts'
import { addPreprocessOptions, givenPreprocessing, type PreprocessCall } from './preprocess.ts'
import { checkPictures, resumedSettings, savedCheckpoint } from './resumeRun.ts'
import { filesOf, lockRun, type RunFiles, type RunSettings, writeRun } from './runFolder.ts'
import { dataName } from './runReport.ts'
import { startRun } from './startRun.ts'
import { targetNotes } from './targetNotes.ts'
import { Terminal } from './terminal.ts'
import { threadCount } from './threadCount.ts'
import { TrainProgress } from './trainProgress.ts'
import { addLearningOptions, type LearningOptions, learningOptions } from './trainSettings.ts'
import { normalizationNote, refusePreprocessing, type Start, startFrom } from './trainStart.ts'
import { introduction } from './trainWords.ts'
import { addWatchOptions, RunWatchers, type WatchCall } from './watchRun.ts'

export interface TrainCall extends LearningOptions, DataOptions, PreprocessCall, WatchCall {
  readonly data?: string
  readonly size?: AskedSize
  readonly newHead?: boolean
  readonly freeze?: readonly string[]
  readonly out?: string
  readonly resume?: string
  readonly force?: boolean
  readonly threads?: number
  readonly checkpointEvery?: number
  readonly backend?: BackendName
  readonly exact?: boolean
  readonly json?: boolean
  /** Of a search, not of the command line: the training pauses after this epoch, unless it is the last. */
  readonly until?: number
  /** Likewise: opens the data, which several trainings share. */
  readonly open?: typeof openData
}

export function define(command: Command): void {
  command
    .argument('[net]', 'name from the zoo, text in the notation, or a file; a .lenslet model is trained further')
    .option('--data <data>', dataHelp)
    .option('--size <size>', sizeHelp, pictureSize('--size'))
    .option('--new-head', newHeadHelp)
    .option('--freeze <layers>', freezeHelp, layerNames('--freeze'))
    .option('--out <folder>', 'folder of the run; default runs/<net>-<data>-<time>')
    .option('--force', 'replace the run that --out holds')
    .option('--resume <folder>', 'continue a run that was stopped; --data only where the data was moved')
    .option('--threads <n>', 'workers; never changes the result', threadCount)
    .option(
      '--checkpoint-every <seconds>',
      'how often a checkpoint is written; default 60',
      number('--checkpoint-every'),
    )
    .option('--backend <name>', 'wasm, or reference (float64, slow)', choice('--backend', backendNames))
    .option('--exact', exactHelp)
    .option('--json', 'one JSON object on stdout; progress on stderr')
  addWatchOptions(command)
  addLearningOptions(command)
  addDataOptions(command)
  addPreprocessOptions(command)
  command.addHelpText('after', examples).action(run)
}

const examples = `
Examples:
  lenslet train lenet5 --data mnist
  lenslet train cifar-small --data cifar10 --epochs 20 --augment flip,crop4
  lenslet train resnet18 --data images:./photos --size 96
  lenslet train squeezenet1.1.onnx --data images:./photos --freeze all-but-head
  lenslet train "INPUT 32x32x3 -> CONV3-16 -> RELU -> POOL2 -> FC-3" --data images:./pictures
  lenslet train --resume runs/lenet5-mnist-20261122-054312`

/** A training that is understood, and not yet begun. */
export interface Task {
  readonly settings: RunSettings
  readonly entry?: ZooEntry
  /** Where the network comes from; absent in a run that is resumed, whose network is fitted already. */
  readonly origin?: Origin
  /** What was taken for <net>, where that was not certain. */
  readonly notice?: string | undefined
  /** Where it is resumed. */
  readonly files?: RunFiles
  /** What a model is trained further from. */
  readonly start?: Start
  /** It is fine-tuned: what is not asked for depends on its network and the images. */
  readonly isTuned?: boolean
  /** What a fine-tuning does, in words. */
  readonly tuning?: string
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

export async function newTask(net: string | undefined, call: TrainCall): Promise<Task> {
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
  const { network, name, entry, model, notice } = await readNetwork(net, { size: call.size })
  if (call.newHead === true && model === undefined) throw noModel(net)
  if (model === undefined) refusePreprocessing(net, call)
  const start = model === undefined ? undefined : await startFrom(model, call)
  const isTuned = start !== undefined && (start.isForeign || call.newHead === true || call.freeze !== undefined)
  const recipe = entry?.recipes?.[kindOf(data)]
  const settings: RunSettings = {
    name,
    network,
    data: absolute(data),
    dataOptions: dataOptions(call),
    options: { ...learningOptions(call, recipe), ...(call.freeze?.length && { frozen: call.freeze }) },
    init: call.init,
    backend: call.backend ?? 'wasm',
    exact: call.exact ?? false,
    model,
    began: new Date().toISOString(),
  }
  const origin = entry !== undefined ? 'zoo' : model !== undefined ? 'model' : 'written'
  return { settings, origin, notice, isTuned, ...(entry && { entry }), ...(start && { start }) }
}

/** The settings of the run; what the call says besides is taken over, and `train` refuses what would change the past. */
export async function resumedTask(net: string | undefined, folder: string, call: TrainCall): Promise<Task> {
  const given =
    net ??
    (call.out && `--out ${call.out}`) ??
    (call.force && '--force') ??
    (call.size && '--size') ??
    (call.newHead && '--new-head') ??
    (call.freeze && '--freeze') ??
    givenPreprocessing(call)
  if (given !== undefined) {
    throw new UsageError('a run that is resumed has its network and its folder', {
      received: `${given} with --resume`,
      expected: '--resume <folder>, and --data where the data was moved',
      advice: 'leave it out',
    })
  }
  const { options, ...rest } = await resumedSettings(folder, call.data)
  const settings = {
    ...rest,
    dataOptions: { ...rest.dataOptions, ...dataOptions(call) },
    options: learningOptions(call, options),
  }
  const files = filesOf(folder)
  return {
    settings,
    ...(zoo.has(settings.name) && { entry: zoo.entry(settings.name) }),
    files,
    ...(existsSync(files.start) && { start: await startFrom(files.start) }),
  }
}

export async function work(
  given: Task,
  call: TrainCall,
  terminal: Terminal,
  progress: TrainProgress,
  interrupt: Interrupt,
): Promise<void> {
  if (given.notice !== undefined) terminal.hint(`note: ${given.notice}`)
  // Of a run that is resumed, from here on; of a new one, when its folder is made.
  const held: { lock?: FileLock } = {}
  try {
    if (given.files !== undefined) held.lock = await lockedRun(given.files)
    await trainRun(given, call, terminal, progress, interrupt, held)
  } finally {
    await held.lock?.release()
  }
}

const lockedRun = (files: RunFiles) => readCall(() => lockRun(files))

async function trainRun(
  given: Task,
  call: TrainCall,
  terminal: Terminal,
  progress: TrainProgress,
  interrupt: Interrupt,
  held: { lock?: FileLock },
): Promise<void> {
  const { task, dataset, says } = await openFitted(given, call, terminal, interrupt.signal)
  const { settings, entry } = task
  const { options } = settings
  const fitted = fittedOptions(options, dataset)
  await using model = await createModel(task, call)
  if (task.origin === 'model' && task.start?.newHead !== true) checkKnown(settings.name, model.info, dataset.classes)
  const pictures = { training: describeTraining(dataset), tests: describeTests(dataset) }
  if (task.files !== undefined) checkPictures(settings, pictures, terminal)
  const unsaid = task.start && normalizationNote(task.start)
  if (unsaid !== undefined) terminal.hint(`note: ${unsaid}`)
  const checkpoint = await savedCheckpoint(task.files, terminal)
  const asked = { settings, model, dataset, options: fitted, checkpoint }
  const features = await readCall(() => cacheFeatures(asked, terminal))
  // What trains: the model, or the network behind its frozen layers.
  await using behind = features?.model
  const trained = { model: behind ?? model, dataset: features?.dataset ?? dataset, options: fitted, ...features }
  const optionsIn = (files: RunFiles): TrainOptions => ({
    ...trained.options,
    checkpoint: {
      path: files.checkpoint,
      ...(call.checkpointEvery !== undefined && { everySeconds: call.checkpointEvery }),
    },
    metrics: files.metrics,
    watchWeights: true,
    signal: interrupt.signal,
    ...(checkpoint === undefined ? {} : { resume: files.checkpoint }),
  })
  // Whatever can be refused is refused before there is a folder.
  await readCall(async () => {
    // A generator that is called has checked its options and not begun.
    await train(trained.model, trained.dataset, optionsIn(task.files ?? filesOf(call.out ?? ''))).return(
      undefined as never,
    )
    const bytesAt = (batch = fitted.batch, recompute = fitted.recompute) =>
      trained.model.planFor(
        planOptionsOf(resolveSettings(trained.model, trained.dataset, { ...trained.options, batch, recompute })),
      ).arenaBytes
    const bytes = bytesAt()
    if (settings.backend === 'wasm') checkTraining(bytes, fitted.batch, bytesAt)
    const hint = memoryHint(bytes, fitted.batch, bytesAt)
    if (hint !== undefined) terminal.hint(`note: ${hint}`)
    if (checkpoint !== undefined)
      checkResume(checkpoint, trained.model, trained.dataset, trained.options, settings.backend)
  })
  interrupt.signal.throwIfAborted()
  await using watchers = await RunWatchers.open(call, `${settings.name} on ${dataName(settings.data)}`, terminal)
  const run = { ...settings, options: fitted, pictures }
  if (task.files !== undefined) await writeRun(task.files, run)
  const { files, lock, undo } =
    task.files === undefined
      ? await readCall(() => startRun(run, model, call))
      : { files: task.files, lock: held.lock as FileLock, undo: undefined }
  held.lock = lock
  for (const note of targetNotes(dataset, measureOf(model.network).compares, fitted.augment))
    terminal.hint(`note: ${note}`)
  if (says !== undefined) terminal.say(says)
  if (task.tuning !== undefined) terminal.say(task.tuning)
  terminal.say(introduction(settings, dataset, model, files, terminal))
  if (task.files !== undefined && checkpoint === undefined)
    terminal.say('There is no checkpoint yet: the training starts from the beginning, with the same settings.')
  const undone = async (error: unknown) => {
    await undo?.()
    throw error
  }
  await computeFeatures(features, terminal, interrupt.signal).catch(undone)
  await readCall(() => watchers.begin(files, terminal)).catch(undone)
  const training = trainHolding(lock, trained.model, trained.dataset, optionsIn(files))
  const ended = await followRun(training, progress, { files, undo, terminal, watchers, until: call.until })
  if (ended === undefined) return
  const last = await putFeaturesBack(features, ended)
  await lock.check()
  await finishRun({ settings, entry, options: fitted, dataset, model, files, last, says }, terminal, interrupt)
}

/** With what `lenslet train` adds for this data. */
export function fittedOptions(options: TrainOptions, dataset: Dataset): TrainOptions & { readonly batch: number } {
  const evaluated = (options.evaluate ?? 'epoch') === 'epoch' && watchedSplitOf(dataset) !== undefined
  return {
    ...options,
    batch: options.batch ?? Math.min(32, dataset.train.count),
    keep: options.keep ?? (evaluated ? 'best' : 'last'),
  }
}

/** The data, and the task with its network fitted to it. */
export async function openFitted(
  task: Task,
  { size, resize, open: opening = openData, ...call }: TrainCall,
  terminal: Terminal,
  signal: AbortSignal,
) {
  const { settings, origin, isTuned } = task
  const { name, network, data, dataOptions } = settings
  const known = task.start?.source.info.preprocessing ?? (await resumedPreprocessing(task))
  const open = (input: Volume, preprocessing = known) =>
    opening(data, { ...input, preprocessing }, terminal, signal, dataOptions)
  const own = inferVolumes(network)[0]?.output as Volume
  if (origin === undefined) return { task, dataset: await open(own), says: undefined }
  const request = { name, network, data, size, origin, isTuned: isTuned === true && resize === undefined }
  const input = await readCall(() => inputFor(request))
  const preprocessing = known && resize === undefined ? preprocessingFor(known, own, input) : known
  const start = task.start && withPreparation(task.start, preprocessing)
  const dataset = await open(input, preprocessing)
  const newHead = start !== undefined && needsNewHead(call, start.isForeign, start.source.info, dataset.classes)
  const { network: fitted, says } = await readCall(() => fitNetwork({ ...request, newHead }, dataset))
  const begun = start && { start: { ...start, newHead } }
  const { freeze: frozen = [] } = call
  const { train, classes } = dataset
  const options = isTuned
    ? {
        ...settings.options,
        ...learningOptions(call, fineTuning({ network: fitted, frozen, count: train.count, classes })),
      }
    : settings.options
  const words = isTuned ? { tuning: fineTuningWords(options, frozen) } : {}
  return { task: { ...task, ...begun, ...words, settings: { ...settings, network: fitted, options } }, dataset, says }
}

function withPreparation(start: Start, preprocessing: Preprocessing | undefined): Start {
  if (preprocessing === undefined) return start
  return { ...start, source: { ...start.source, info: { ...start.source.info, preprocessing } } }
}

/** Photos are scaled and cropped as for the model that the run started from. */
async function resumedPreprocessing({ files }: Task): Promise<Preprocessing | undefined> {
  if (files === undefined || !existsSync(files.start)) return undefined
  return decodeModel(await platform.readFile(files.start)).info.preprocessing
}

export async function createModel({ settings, files, start }: Task, { threads }: TrainCall): Promise<Model> {
  const { network, options, init, backend, exact, model } = settings
  const how = { backend, exact, ...(threads === undefined ? {} : { threads }) }
  if (files !== undefined && existsSync(files.start)) return Model.load(files.start, how)
  if (files !== undefined && model !== undefined && existsSync(files.checkpoint)) {
    // A run of version 1 has no copy of the model that it started from. All but its classes is in the checkpoint.
    const { normalization } = (await readCheckpoint(files.checkpoint)).identity
    return Model.create(network, { ...how, info: { normalization } })
  }
  const { seed = 0 } = options
  if (!Number.isInteger(seed)) throw new ArgumentError('--seed is a whole number', { received: `${seed}` })
  const fresh = { ...how, seed, ...(init === undefined ? {} : { initial: init }) }
  // A network whose weights fit no memory is an error of the call.
  if (start === undefined) return readCall(() => Model.create(network, fresh))
  const { source, newHead } = start
  if (newHead) return withNewHead(source, network, fresh)
  return Model.create(network, { ...how, weights: source.weights, info: source.info })
}
