/** The evaluation of `eval`: of one model, or of several whose probabilities are averaged. */

import { counted, printable } from '../core/text.ts'
import type { Split } from '../data/dataset.ts'
import type { PictureSize } from '../data/resize.ts'
import { viewedSize, viewSet } from '../data/views.ts'
import { Ensemble } from '../insight/ensemble.ts'
import type { Model } from '../model/model.ts'
import { evaluate } from '../train/evaluate.ts'
import { matchSplit } from '../train/match.ts'
import { matchViewed } from '../train/outputs.ts'
import { dataOptions, openData } from './data.ts'
import { readCall } from './errors.ts'
import type { EvalCall, EvaluatedModels } from './evalCall.ts'
import { splitOf } from './evalSplit.ts'
import { notes } from './evalWords.ts'
import { imageProgress } from './imageProgress.ts'
import { openModel } from './model.ts'
import { checkOpenSize } from './openSize.ts'
import { withPreprocessing } from './preprocess.ts'
import type { Terminal } from './terminal.ts'

export async function evaluateModel(path: string, call: EvalCall, terminal: Terminal): Promise<EvaluatedModels> {
  await using opened = await openForEval(path, call, terminal)
  const { model, split, options, about } = opened
  return { result: await evaluate(model, split, options), ...about }
}

/** One model after the other, so that only one of them is in memory. */
export async function evaluateEnsemble(
  paths: readonly string[],
  call: EvalCall,
  terminal: Terminal,
): Promise<EvaluatedModels> {
  const ensemble = new Ensemble()
  const origins: string[] = []
  let about: Omit<EvaluatedModels, 'result'> | undefined
  for (const [index, path] of paths.entries()) {
    terminal.progress(`model ${index + 1} of ${paths.length}: ${path}`)
    await using opened = await openForEval(path, call, terminal)
    // Classes that are not those of the first model are wrong with the call.
    await readCall(() => ensemble.add(opened.model, opened.split, opened.options))
    origins.push(...opened.about.origins)
    about = opened.about
  }
  return { ...(about as Omit<EvaluatedModels, 'result'>), result: ensemble.evaluate(), origins, models: paths }
}

interface Opened {
  readonly model: Model
  readonly split: Split
  readonly options: Parameters<typeof evaluate>[2]
  readonly about: Omit<EvaluatedModels, 'result'>
  [Symbol.asyncDispose](): Promise<void>
}

/** A model with its data. Pictures or classes that do not fit it are refused before anything runs. */
async function openForEval(path: string, call: EvalCall, terminal: Terminal): Promise<Opened> {
  const { data, split: name, threads, exact, average } = call
  const views = call.views === 'none' ? undefined : call.views
  const model = await openModel(path, { threads, exact, size: call.size })
  try {
    checkOpenSize(model.input, call.size)
    model.info = await readCall(() => withPreprocessing(model, call))
    const { preprocessing } = model.info
    const size: PictureSize =
      views === undefined
        ? { ...model.input, preprocessing }
        : { ...model.input, ...viewedSize(views, model.input, preprocessing) }
    const dataset = await openData(data, size, terminal, undefined, dataOptions(call))
    const split = await readCall(() => {
      const chosen = splitOf(dataset, name)
      const where = `${dataset.name}, ${name === 'all' ? 'all images' : `${name} split`}`
      return views === undefined
        ? matchSplit(model, chosen, where)
        : matchViewed(model, chosen, { views, average }, where).split
    })
    for (const text of notes(model, dataset, name)) terminal.hint(`note: ${text}`)
    const { normalization = dataset.normalization, origin } = model.info
    const set = views === undefined ? undefined : viewSet(views, split, model.input, average)
    if (set !== undefined)
      terminal.progress(
        `${counted(set.views.length, 'view')} of ${counted(split.count, 'image')}: ${printable(set.name)}`,
      )
    return {
      model,
      split,
      options: { normalization, views, average, progress: imageProgress(terminal, 'evaluated') },
      about: {
        notices: dataset.notices,
        origins: origin === undefined ? [] : [origin],
        models: [path],
        views: set === undefined ? null : { name: set.name, count: set.views.length, average: set.average },
      },
      [Symbol.asyncDispose]: () => model.dispose(),
    }
  } catch (error) {
    await model.dispose()
    throw error
  }
}
