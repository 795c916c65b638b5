/** `lenslet look`, section convolution: a convolution and a pooling layer at work on the image, one number after the other. */

import { type Command, Option } from 'commander'
import {
  layersToShow,
  type ShowLayerOptions,
  type ShownConvolution,
  type ShownPooling,
  showLayer,
} from '../insight/showLayer.ts'
import { convolutionFrames } from '../inspect/convolution/frames.ts'
import { convolutionPage, poolingPage } from '../inspect/convolution/page.ts'
import { poolingFrames } from '../inspect/convolution/pooling.ts'
import { noteHtml } from '../inspect/report/html.ts'
import { escapeText } from '../inspect/svg.ts'
import { readCall, UsageError } from './errors.ts'
import { type Findings, fileWord, type LookSection, type Subject } from './lookSection.ts'
import { refused, whole } from './options.ts'

interface ConvolutionCall {
  readonly convolution?: string
  readonly filters?: readonly number[]
  readonly inputs?: number
  readonly positions?: number
}

export const convolutionSection: LookSection<ConvolutionCall> = {
  name: 'convolution',
  says: 'a convolution and a pooling layer step by step, as pages that play by themselves',
  ofImage: true,
  isDefault: false,
  define(command: Command) {
    const options = [
      new Option('--convolution <layers>', 'which layers; default: the first convolution and the first pooling'),
      new Option('--filters <list>', 'numbers of the filters; default: the two with the strongest answers').argParser(
        readNumbers,
      ),
      new Option('--inputs <n>', 'input channels; default 3').argParser(whole('--inputs', 1)),
      new Option('--positions <n>', 'rows and columns of the output; default 3').argParser(whole('--positions', 1)),
    ]
    for (const option of options) command.addOption(option)
  },
  look,
}

function readNumbers(text: string): readonly number[] {
  const numbers = text.split(',').map((word) => (word.trim() === '' ? Number.NaN : Number(word)))
  if (numbers.every((number) => Number.isInteger(number) && number >= 0)) return numbers
  throw refused('--filters', text, 'numbers from 0 with commas between them, such as 3,17')
}

async function look(
  { model, image, name, terminal }: Subject,
  call: ConvolutionCall,
  asked: boolean,
): Promise<Findings | undefined> {
  if (image === undefined) return undefined
  const layers = call.convolution?.split(',').map((word) => word.trim()) ?? usual(model)
  if (layers.length === 0) {
    if (!asked) return undefined
    throw new UsageError('there is nothing to show step by step', {
      received: 'a network without convolutions, FC layers and pooling',
      expected: 'a layer with a window',
    })
  }
  const options: ShowLayerOptions = {
    filters: call.filters,
    channels: call.inputs,
    positions: call.positions,
  }
  const pages: {
    readonly layer: string
    readonly file: string
    readonly html: string
    readonly shown: ShownConvolution | ShownPooling
  }[] = []
  for (const layer of layers) {
    const shown = await readCall(() => showLayer(model, image.values, layer, options))
    const title = `${layer} of ${name}`
    const told = { title, remarks: shown.remarks, filters: shown.filters }
    const html =
      shown.kind === 'convolution'
        ? convolutionPage(convolutionFrames(shown.source), { ...told, channels: shown.channels })
        : poolingPage(poolingFrames(shown.source), told)
    pages.push({ layer, file: `steps-${fileWord(layer)}.html`, html, shown })
  }
  const words = pages.map(({ layer, file, shown }) => `${layer}, ${shown.kind}: ${file}`)
  return {
    title: 'Step by step',
    text: words.map((line) => terminal.wrap(line)).join('\n'),
    html: [
      ...pages.map(
        ({ layer, file, shown }) =>
          `<p><a href="${escapeText(file)}">${escapeText(layer)}</a>, ${shown.kind}: ${escapeText(shown.remarks[0] ?? 'the whole map.')}</p>`,
      ),
      noteHtml(
        'Each page plays by itself: the window, its products, the sum, and im2col beside it; of pooling also where the gradient goes.',
      ),
    ].join(''),
    json: {
      layers: pages.map(({ layer, file, shown }) => ({
        layer,
        page: file,
        kind: shown.kind,
        filters: shown.filters,
        from: shown.from,
        notes: shown.remarks,
      })),
    },
    files: pages.map(({ file, html }) => ({ name: file, bytes: new TextEncoder().encode(html) })),
  }
}

/** The first layer that convolves with a window of more than one position, or else the first; and the first pooling. */
function usual(model: Subject['model']): readonly string[] {
  const able = layersToShow(model)
  const convolutions = able.filter(({ kind }) => kind === 'convolution')
  const first = convolutions.find(({ kernel }) => kernel.some((side) => side > 1)) ?? convolutions[0]
  const pool = able.find(({ kind }) => kind === 'pooling')
  return [first, pool].flatMap((layer) => layer?.name ?? [])
}
