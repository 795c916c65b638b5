/** The report of the command line's runs, of what the Studio knows. */

import { printVolume } from 'lenslet/core'
import type { Dataset } from 'lenslet/data'
import { classMetrics, macroMetrics } from 'lenslet/insight'
import {
  arenaSvg,
  firstFilters,
  memoryTable,
  networkTable,
  printCount,
  printPercent,
  reportHtml,
} from 'lenslet/inspect'
import type { Model } from 'lenslet/model'
import { print } from 'lenslet/notation'
import { plan } from 'lenslet/plan'
import { evaluate, type MetricsRecord } from 'lenslet/train'
import type { Story } from './messages.ts'

/** A model that is taken away, and what is known of it. */
export interface Taken {
  readonly title: string
  readonly story?: Story | undefined
  readonly data?: Dataset | undefined
}

export async function reportOf(model: Model, { title, story, data }: Taken): Promise<string> {
  const { network, info } = model
  const table = networkTable(network)
  const test = data?.validation ?? data?.test
  const evaluation =
    test !== undefined && test.count > 0 && story !== undefined ? await evaluate(model, test) : undefined
  const classes = test?.targets === undefined && evaluation !== undefined ? classMetrics(evaluation) : undefined
  const filters = firstFilters(network)
  const values = filters === undefined ? undefined : model.weights.get(filters)
  const training =
    story &&
    plan(network, {
      batch: story.settings.batch,
      goal: { kind: 'training', optimizer: story.settings.optimizer as 'adam' },
    })
  const predicting = plan(network, { batch: 1 })
  return reportHtml({
    title,
    subtitle: `from the Lenslet Studio, ${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC`,
    figures: [
      ...(evaluation === undefined || test === undefined
        ? []
        : [
            { value: printPercent(evaluation.accuracy), says: `test accuracy, ${printCount(test.count)} images` },
            { value: evaluation.loss.toFixed(4), says: 'test loss' },
          ]),
      { value: printCount(table.totals.parameters), says: 'parameters' },
      { value: printCount(table.totals.macs), says: 'MACs per image' },
      ...(story === undefined ? [] : [{ value: story.epoch.toFixed(1), says: 'epochs' }]),
    ],
    records: story === undefined ? [] : recordsOf(story),
    stepsPerEpoch: story?.stepsPerEpoch ?? 1,
    evaluation,
    metrics: classes && { classes, macro: macroMetrics(classes) },
    filters:
      filters === undefined || values === undefined
        ? undefined
        : { name: filters, shape: values.shape, values, bgr: info.normalization?.colors === 'bgr' },
    network: table,
    notation: print(network),
    memory: memoryTable([
      ...(training === undefined ? [] : [['training', training.memory] as const]),
      ['prediction, one image', predicting.memory],
    ]),
    ...(training !== undefined && { arena: arenaSvg(training) }),
    settings: story === undefined ? [] : settingsOf(story, data),
    machine: [['runs on', model.description]],
    remarks: data?.notices.map(({ message }) => message) ?? [],
    next: [],
  })
}

function settingsOf({ data: name, settings, seed }: Story, data: Taken['data']): (readonly [string, string])[] {
  const { batch, epochs, optimizer, rate, schedule, augment } = settings
  const counts =
    data &&
    `${printCount(data.train.count)} training and ${printCount(data.test.count)} test images of ${printVolume(data.train)}, ${data.classes.length} classes`
  return [
    ['data', counts === undefined ? name : `${name}: ${counts}`],
    ['epochs', `${epochs}`],
    ['batch size', `${batch}`],
    ['optimizer', `${optimizer}, rate ${rate}`],
    ['schedule', schedule],
    ['augmentation', augment.trim() || 'none'],
    ['seed', `${seed}`],
  ]
}

/** The curves as the records that a run of the command line keeps. */
export function recordsOf({ loss, accuracy, stepsPerEpoch, settings }: Story): readonly MetricsRecord[] {
  const [at, trained, tested] = loss
  return at.flatMap((epoch, i): readonly MetricsRecord[] => {
    const common = { step: Math.round(epoch * stepsPerEpoch), rate: settings.rate, seconds: 0 }
    const [trainLoss, testLoss] = [trained[i] ?? undefined, tested[i] ?? undefined]
    const [trainAccuracy, testAccuracy] = [accuracy[1][i] ?? undefined, accuracy[2][i] ?? undefined]
    return [
      ...(trainLoss === undefined
        ? []
        : [{ kind: 'step' as const, epoch: Math.ceil(epoch), loss: trainLoss, accuracy: trainAccuracy, ...common }]),
      ...(testLoss === undefined
        ? []
        : [{ kind: 'epoch' as const, epoch, loss: trainLoss ?? testLoss, testLoss, testAccuracy, ...common }]),
    ]
  })
}
