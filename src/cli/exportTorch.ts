/** Writes the folder of `lenslet export --torch`: what `lenslet train` would begin with, resolved down to every number. */

import { readdir, readFile } from 'node:fs/promises'
import { isAbsolute, join, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { counted, printable } from '../core/text.ts'
import type { Dataset } from '../data/dataset.ts'
import type { SplitFiles } from '../data/node/images.ts'
import { dataParts, imageList } from '../exchange/torch/data.ts'
import { checkForms } from '../exchange/torch/lacking.ts'
import { readmeOf } from '../exchange/torch/readme.ts'
import type { ImageList, TorchRecipe } from '../exchange/torch/recipe.ts'
import { preparation, recipeOf } from '../exchange/torch/recipeOf.ts'
import { printBytes, printCount } from '../inspect/units.ts'
import { modelParts } from '../model/file.ts'
import { type Model, trainerOf } from '../model/model.ts'
import type { Tensor } from '../model/safetensors.ts'
import { networkToJson } from '../network/json.ts'
import { cost } from '../plan/cost.ts'
import { describeTests, describeTraining } from '../train/identity.ts'
import { train } from '../train/loop.ts'
import { matchDataset } from '../train/match.ts'
import { planOptionsOf, resolveSettings, type TrainOptions, type TrainSettings } from '../train/options.ts'
import { startWeights } from '../train/starts/start.ts'
import { kindOf, openData } from './data.ts'
import { readCall, UsageError } from './errors.ts'
import { commandName } from './machine.ts'
import { checkNewFolder, type NewFolder, writeFolder } from './newFolder.ts'
import { checkKnown } from './newHead.ts'
import { placeOf } from './runFolder.ts'
import type { Terminal } from './terminal.ts'
import { isTorchFolder } from './torchFolder.ts'
import { createModel, fittedOptions, newTask, openFitted, type Task, type TrainCall } from './train.ts'
import { normalizationNote } from './trainStart.ts'
import { quoted } from './trainWords.ts'

export interface TorchCall extends Omit<TrainCall, 'out' | 'resume' | 'checkpointEvery' | 'backend' | 'exact'> {
  /** The decoded images go into the folder. */
  readonly pack?: boolean
}

export async function exportTorch(
  net: string | undefined,
  folder: string,
  { pack = false, force = false, ...call }: TorchCall,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<void> {
  const given = await readCall(() => newTask(net, call))
  const target = {
    folder,
    option: '--torch',
    force,
    kind: 'a former export',
    isOfKind: isTorchFolder,
  } satisfies NewFolder
  // Before thousands of images are decoded, and again when the folder gets its name.
  await checkNewFolder(target)
  checkOutside(folder, given.settings.data)
  let files: SplitFiles | undefined
  const open: typeof openData = (spec, size, ...rest) => {
    const [to, stopped, options] = rest
    return openData(spec, size, to, stopped, options, (found) => {
      files = found
    })
  }
  if (given.notice !== undefined) terminal.hint(`note: ${given.notice}`)
  const { task, dataset: opened, says } = await openFitted(given, { ...call, open }, terminal, signal)
  const options = fittedOptions(task.settings.options, opened)
  await using model = await createModel(task, call)
  if (task.origin === 'model' && task.start?.newHead !== true)
    checkKnown(task.settings.name, model.info, opened.classes)
  const unsaid = task.start && normalizationNote(task.start)
  if (unsaid !== undefined) terminal.hint(`note: ${unsaid}`)
  const { settings, dataset } = await readCall(() => checked(model, opened, options))
  const list = pack || files === undefined ? undefined : imageList(placeOf(task.settings.data) ?? '', dataset, files)
  const recipe = (start: readonly string[]) =>
    recipeOf({ model, settings, start, ...described(task, model, dataset, list !== undefined) })
  // All that has no form in PyTorch is named before anything is computed or written.
  await readCall(() => checkForms(model.network, recipe([])))
  const notes = notesOf(options)
  for (const note of notes) terminal.hint(`note: ${note}`)
  signal.throwIfAborted()
  const start = await started(model, dataset, settings)
  model.info = { ...model.info, classes: dataset.classes, normalization: settings.normalization }
  const final = recipe(start)
  const tensors = await model.snapshot()
  let bytes = 0
  await writeFolder(target, async (write) => {
    for await (const [name, parts] of filesOf(model, tensors, final, list ?? dataset))
      await write(
        name,
        countedParts(parts, signal, (more) => {
          bytes += more
        }),
      )
  })
  if (says !== undefined) terminal.say(says)
  if (task.tuning !== undefined) terminal.say(task.tuning)
  const { parameters } = cost(model.network).totals
  const next = [
    `cd ${quoted(folder)} && python3 train.py`,
    `${commandName()} convert ${quoted(join(folder, final.keep === 'best' ? 'best.safetensors' : 'last.safetensors'))} ${quoted(`${final.name}.lenslet`)}`,
  ]
  const gradientBytes = gradientBytesOf(final, tensors)
  terminal.result({ folder, bytes, parameters, gradientBytes, counts: final.counts, start, notes, next }, () =>
    [
      `${printable(folder)}: ${printable(final.name)}, ${printCount(parameters)} parameters, ${counted(final.counts.train, 'training image')} of ${printable(final.data.source)}, ${printBytes(bytes)}`,
      `Each of n processes sends 2(n − 1)/n of ${printBytes(gradientBytes)} of gradients in a step (docs/scale.md)`,
      ...start.map(printable),
      '',
      `Try next (${printable(join(folder, 'README.md'))} has the commands for GPUs, several machines and SLURM):`,
      ...next.map((command) => `  ${command}`),
    ].join('\n'),
  )
}

/** In a folder of images, the export would be taken for a class. */
function checkOutside(folder: string, data: string): void {
  const place = placeOf(data)
  if (place === undefined || kindOf(data) !== 'images') return
  const inside = relative(resolve(place), resolve(folder))
  if (isAbsolute(inside) || inside.split(sep)[0] === '..') return
  throw new UsageError(`${printable(folder)} lies in the folder of the images`, {
    received: `--torch ${folder}, with --data ${data}`,
    expected: 'a folder outside of it',
    advice: '--torch another folder',
  })
}

/** Refuses what `lenslet train` refuses. */
async function checked(model: Model, dataset: Dataset, options: TrainOptions) {
  // A generator that is called has checked its options and not begun.
  await train(model, dataset, options).return(undefined as never)
  return { settings: resolveSettings(model, dataset, options), dataset: matchDataset(model, dataset) }
}

function described({ settings }: Task, model: Model, dataset: Dataset, isList: boolean) {
  const { train: training, validation, test } = dataset
  const identity = { training: describeTraining(dataset), tests: describeTests(dataset) }
  const common = { source: settings.data, identity }
  const data: TorchRecipe['data'] = isList
    ? {
        kind: 'files',
        root: placeOf(settings.data) ?? '',
        file: 'images.json',
        ...common,
        prepare: preparation(model.info.preprocessing),
      }
    : { kind: 'arrays', file: 'data.safetensors', ...common }
  return {
    name: settings.name,
    classes: dataset.classes,
    data,
    counts: { train: training.count, validation: validation?.count ?? 0, test: test.count },
  }
}

/** The weights that a training begins with. */
async function started(model: Model, dataset: Dataset, settings: TrainSettings): Promise<readonly string[]> {
  if (settings.starts.length === 0) return []
  const trainer = trainerOf(model)
  const program = await trainer.hold(planOptionsOf(settings))
  const said = await startWeights({ model, trainer, program, dataset, settings })
  await trainer.fetch()
  return said
}

/** What is not taken along, as it changes no weight. */
function notesOf({ views, recompute }: TrainOptions): readonly string[] {
  return [
    ...(views === undefined || views === 'none'
      ? []
      : ['test views are not evaluated by train.py: lenslet eval MODEL --views, when the weights are back']),
    ...(recompute === undefined || recompute === false
      ? []
      : ['--recompute is left out: memory on the other machines is not planned here']),
  ]
}

/** Of the weights that learn: what processes exchange for an update. */
function gradientBytesOf({ groups }: TorchRecipe, tensors: ReadonlyMap<string, Tensor>): number {
  return groups
    .flatMap(({ weights }) => weights)
    .reduce((sum, name) => sum + (tensors.get(name)?.values.byteLength ?? 0), 0)
}

type Parts = Iterable<Uint8Array> | AsyncIterable<Uint8Array>

/** What is in the folder. The recipe comes last: it makes the folder an export. */
async function* filesOf(
  { network, info }: Model,
  tensors: ReadonlyMap<string, Tensor>,
  recipe: TorchRecipe,
  data: ImageList | Dataset,
): AsyncGenerator<readonly [name: string, parts: Parts]> {
  yield ['network.json', [text(networkToJson(network))]]
  yield ['weights.safetensors', modelParts({ network, info, tensors })]
  yield [recipe.data.file, 'format' in data ? [text(`${JSON.stringify(data)}\n`)] : dataParts(data)]
  yield ['README.md', [text(readmeOf(recipe))]]
  for (const [name, content] of await programs()) yield [name, [content]]
  yield ['recipe.json', [text(`${JSON.stringify(recipe, null, 2)}\n`)]]
}

/** What of the package goes into the folder: the programs, by their names there. */
async function programs(): Promise<ReadonlyMap<string, Uint8Array>> {
  const from = fileURLToPath(new URL('../../python/', import.meta.url))
  const names = ['lenslet_torch.py', 'train.py']
  for (const name of (await readdir(join(from, 'lenslet'))).toSorted())
    if (name.endsWith('.py')) names.push(`lenslet/${name}`)
  return new Map(await Promise.all(names.map(async (name) => [name, await readFile(join(from, name))] as const)))
}

async function* countedParts(
  parts: Parts,
  signal: AbortSignal,
  count: (bytes: number) => void,
): AsyncIterable<Uint8Array> {
  for await (const part of parts) {
    signal.throwIfAborted()
    count(part.length)
    yield part
  }
}

const text = (content: string) => new TextEncoder().encode(content)
