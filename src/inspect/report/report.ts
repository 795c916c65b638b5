/** A training run as one HTML page that needs nothing else: no other file, no network, and no script to be read. */

import type { Evaluation } from '../../train/evaluation.ts'
import { costTable, type NetworkTable, type TextTable } from '../costTable.ts'
import { escapeLines } from '../svg.ts'
import { calibrationSection, classesSection, confusionSection, type ReportMetrics } from './classes.ts'
import { commandHtml, listHtml, noteHtml, pairsHtml, scrolling, section, tableHtml } from './html.ts'
import { numbersSection, type ReportNumbers } from './numbers.ts'
import { pageHtml } from './page.ts'
import {
  filtersSection,
  type HardPictures,
  mistakesSections,
  type ReconstructedPicture,
  reconstructionsSection,
  type SamplePicture,
  type ShownFilters,
  samplesSection,
} from './pictures.ts'
import { script, scriptHash } from './script.ts'
import { type TrainingData, trainingSection } from './training.ts'
import { weightsSection } from './weights.ts'

export interface ReportData extends TrainingData {
  readonly title: string
  /** One line below the title. */
  readonly subtitle: string
  /** The few numbers that come first. */
  readonly figures: readonly { readonly value: string; readonly says: string }[]
  /** Of the test split, with the weights of the model file. */
  readonly evaluation?: Evaluation | undefined
  /** Precision, recall and F1 that follow from the evaluation. */
  readonly metrics?: ReportMetrics | undefined
  /** Test pictures that are hardest for the network. */
  readonly mistakes?: HardPictures | undefined
  /** Of a network that gives numbers. */
  readonly numbers?: ReportNumbers | undefined
  /** Of a network that gives an image like its input. */
  readonly reconstructions?: readonly ReconstructedPicture[] | undefined
  /** Training pictures where there is augmentation, and what it does: `flip,crop4`. */
  readonly samples?: { readonly pictures: readonly SamplePicture[]; readonly augmentation: string } | undefined
  /** The weights that look at the picture. */
  readonly filters?: ShownFilters | undefined
  readonly network: NetworkTable
  /** The network's text, where it has one. */
  readonly notation?: string | undefined
  readonly memory: TextTable
  /** The training's arena over time, as SVG. */
  readonly arena?: string | undefined
  readonly settings: readonly (readonly [name: string, value: string])[]
  readonly machine: readonly (readonly [name: string, value: string])[]
  /** What a reader should know. */
  readonly remarks: readonly string[]
  /** Commands to try next. */
  readonly next: readonly string[]
}

export function reportHtml(data: ReportData): string {
  const { title, subtitle, figures } = data
  return pageHtml({
    title,
    subtitle,
    figures,
    sections: sectionsOf(data),
    scripts: [{ text: script, hash: scriptHash }],
  })
}

function sectionsOf(data: ReportData): readonly string[] {
  const {
    evaluation,
    metrics,
    mistakes,
    numbers,
    reconstructions,
    samples,
    filters,
    notation,
    network,
    memory,
    arena,
    settings,
    machine,
    remarks,
    next,
  } = data
  return [
    trainingSection(data),
    weightsSection(data.records),
    numbers === undefined ? '' : numbersSection(numbers),
    reconstructions === undefined ? '' : reconstructionsSection(reconstructions),
    metrics === undefined ? '' : classesSection(metrics, evaluation?.count ?? 0),
    evaluation === undefined || evaluation.meanError !== undefined ? '' : confusionSection(evaluation),
    evaluation === undefined ? '' : calibrationSection(evaluation),
    ...(mistakes === undefined ? [] : mistakesSections(mistakes, evaluation?.count ?? 0)),
    samples === undefined ? '' : samplesSection(samples.pictures, samples.augmentation),
    filters === undefined ? '' : filtersSection(filters),
    section('Next steps', next.map(commandHtml).join('')),
    section(
      'Network',
      notation === undefined ? '' : `<pre>${escapeLines(notation)}</pre>`,
      tableHtml(costTable(network)),
      listHtml(network.notices, 'mind'),
      listHtml(remarks),
      noteHtml(
        'Parameters, MACs and memory of the volumes are for one image; “sees” is the receptive field, in pixels of the input.',
      ),
    ),
    section(
      'Memory',
      tableHtml(memory),
      noteHtml('The memory that the run allocated, to the byte.'),
      arena === undefined ? '' : scrolling(arena),
      arena === undefined
        ? ''
        : noteHtml('The arena over time: each box is an array, from its first step to its last.'),
    ),
    section('Settings', pairsHtml(settings)),
    section('Machine', pairsHtml(machine)),
  ]
}
