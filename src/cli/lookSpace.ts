/** `lenslet look`, section space: the images of a data set where their features lie. */

import { type Command, Option } from 'commander'
import { readPictures } from '../data/store.ts'
import { embed } from '../insight/embed.ts'
import { featuresOf, nearestImages } from '../insight/featureSpace.ts'
import { pictureOf } from '../inspect/picture.ts'
import { noteHtml } from '../inspect/report/html.ts'
import { spacePage } from '../inspect/space/page.ts'
import { escapeText } from '../inspect/svg.ts'
import { printCount, printPercent } from '../inspect/units.ts'
import { readCall, UsageError } from './errors.ts'
import { type DataCall, dataOf, usualAmong } from './lookData.ts'
import type { Findings, LookSection, Subject } from './lookSection.ts'
import { whole } from './options.ts'

interface SpaceCall extends DataCall {
  readonly space?: string
  readonly spaceSeed?: number
}

const mostImages = 1000

export const spaceSection: LookSection<SpaceCall> = {
  name: 'space',
  says: 'over a data set (--data): images where their last features lie, by UMAP and PCA, and the nearest of each',
  ofImage: false,
  isDefault: false,
  define(command: Command) {
    command.addOption(new Option('--space <layer>', 'the layer with the features; default: in front of the scores'))
    command.addOption(new Option('--space-seed <n>', 'of the UMAP; default 0').argParser(whole('--space-seed', 0)))
  },
  look,
}

async function look(subject: Subject, call: SpaceCall): Promise<Findings> {
  const { model, image, terminal, progress, name: modelName } = subject
  const { split, normalization, classes, name } = await dataOf(subject, 'space', call)
  const { among = usualAmong } = call
  if (among > mostImages)
    throw new UsageError('too many images for a page', {
      received: `--among ${among}`,
      expected: `at most ${mostImages}`,
    })
  const report = (what: string) => (done: number, all: number) => progress(what, done, all)
  const features = await readCall(() =>
    featuresOf(model, split, { normalization, among, layer: call.space, progress: report('features') }),
  )
  const seed = call.spaceSeed ?? 0
  const umap = await readCall(() => embed(features, { seed, progress: report('UMAP') }))
  const pca = await embed(features, { method: 'pca', seed })
  const [across, up] = pca.explained ?? [0, 0]
  const what = `${printCount(features.length)} ${features.isMean ? 'means over the map' : 'values'} of ${features.layer}`
  const near = image === undefined ? undefined : await nearTo(subject, features)
  const labelOf = (index: number) => classes[split.labels[index] as number] ?? `${split.labels[index]}`
  const shown = await readPictures(
    split,
    Array.from({ length: features.count }, (_, index) => index),
  )
  const page = spacePage({
    title: `${name}, as ${modelName} sees it`,
    subtitle: `${printCount(features.count)} images by ${what}`,
    images: Array.from({ length: features.count }, (_, index) => ({
      picture: pictureOf(shown, index),
      label: labelOf(index),
      says: `image ${index}`,
      group: split.labels[index] as number,
    })),
    groups: classes,
    maps: [
      {
        name: 'UMAP',
        points: umap.points,
        says: 'UMAP keeps neighbors together; distances between groups mean little.',
      },
      {
        name: 'PCA',
        points: pca.points,
        says: `The two axes show ${printPercent(across)} and ${printPercent(up)} of the variance.`,
      },
    ],
    neighbors: Array.from({ length: features.count }, (_, index) => nearestImages(features, index)),
    remarks:
      features.count < split.count
        ? [`The first ${printCount(features.count)} of ${printCount(split.count)} images.`]
        : [],
  })
  const nearest = near
    ?.map(({ index, distance }) => `${labelOf(index)} (image ${index}, ${distance.toFixed(3)})`)
    .join(', ')
  const words = [
    `${printCount(features.count)} images by ${what}: space.html`,
    ...(nearest === undefined ? [] : [`nearest to the image: ${nearest}`]),
  ]
  return {
    title: 'Feature space',
    text: words.map((line) => terminal.wrap(line)).join('\n'),
    html: [
      `<p><a href="space.html">${printCount(features.count)} images</a> where their features lie: ${escapeText(what)}.</p>`,
      nearest === undefined ? '' : `<p>Nearest to the image: ${escapeText(nearest)}.</p>`,
      noteHtml(
        `By UMAP and PCA; the two axes of PCA show ${printPercent(across)} and ${printPercent(up)} of the variance.`,
      ),
    ].join(''),
    json: {
      layer: features.layer,
      images: features.count,
      length: features.length,
      isMean: features.isMean,
      labels: Array.from({ length: features.count }, (_, index) => labelOf(index)),
      umap: [...umap.points],
      pca: { points: [...pca.points], explained: pca.explained },
      ...(near && { nearest: near }),
      page: 'space.html',
    },
    files: [{ name: 'space.html', bytes: new TextEncoder().encode(page) }],
  }
}

/** The images of the data nearest to the image that is looked at. */
async function nearTo({ model, image }: Subject, features: Awaited<ReturnType<typeof featuresOf>>) {
  const own = await featuresOf(model, image?.values as Float32Array, { layer: features.layer })
  return nearestImages(features, own.values)
}
