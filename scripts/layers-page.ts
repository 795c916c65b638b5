// The text of docs/layers.md: every layer of the notation with its options, volume, cost and source, from the layers' code
// and their docs.ts.

import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { printVolume, sizeOf } from '../src/core/shapes.ts'
import type { LayerDocs, LayerDocsTable } from '../src/layers/docs.ts'
import { layers } from '../src/layers/layers.ts'
import type { Layer, WordForm } from '../src/layers/types.ts'
import { inferVolumes } from '../src/network/volumes.ts'
import { parse } from '../src/notation/parse.ts'
import { filesUnder, root } from './files.ts'

/**
 * The docs.ts of all layers' folders, by type of layer.
 *
 * @throws {Error} a layer that has none, or a docs.ts for a layer that does not exist
 */
export async function readLayerDocs(): Promise<ReadonlyMap<string, LayerDocs>> {
  const files = (await filesUnder(join(root, 'src/layers'))).filter((file) => /[/\\][^/\\]+[/\\]docs\.ts$/.test(file))
  const found = new Map<string, LayerDocs>()
  for (const file of files.filter((each) => each !== join(root, 'src/layers/docs.ts'))) {
    const { docs } = (await import(pathToFileURL(file).href)) as { readonly docs: LayerDocsTable }
    for (const [type, entry] of Object.entries(docs)) found.set(type, entry)
  }
  const missing = Object.keys(layers).find((type) => !found.has(type))
  if (missing !== undefined) throw new Error(`the layer ${missing} has no entry: add it to the docs.ts of its folder`)
  const stray = [...found.keys()].find((type) => !Object.hasOwn(layers, type))
  if (stray !== undefined) throw new Error(`a docs.ts describes the layer ${stray}, which does not exist`)
  return found
}

const code = (text: string) => `\`${text}\``
/** For a cell of a table. */
const cell = (text: string) => text.replaceAll('|', '\\|')

/** `CONVF-K`, `DROPOUT [p]`, `ADD(a | b | …)`: which parts the word takes. */
function written({ notation: { word, form, branches } }: Layer): string {
  const part = (use: 'required' | 'optional' | undefined, text: string) =>
    use === undefined ? '' : use === 'required' ? text : `[${text}]`
  const parts = [
    branches === true ? '(a | b | …)' : '',
    part(form.size, 'F'),
    part(form.count, '-K'),
    part(form.volume, ' HxWxD'),
    part(form.number, ' number'),
    branches === 'beside' ? ' (branch)' : '',
  ]
  return word + parts.join('')
}

/** Every option, flag and key: how it is written, what it means, its default. */
function optionsOf(form: WordForm, { number, defaults = {} }: LayerDocs): readonly string[] {
  const line = (key: string, text: string, meaning: string) => {
    const usual = defaults[key]
    return `${code(text)} ${meaning}${usual === undefined ? '' : ` (default ${usual})`}`
  }
  return [
    ...(form.number === undefined ? [] : [line('number', 'number', number ?? '')]),
    ...Object.entries(form.options ?? {}).map(([letter, meaning]) => line(letter, `${letter}…`, meaning)),
    ...Object.entries(form.values ?? {}).map(([key, value]) =>
      line(key, `${key}=${value.kind === 'word' ? value.words.join(', ') : '…'}`, value.meaning),
    ),
    ...Object.entries(form.flags ?? {}).map(([flag, meaning]) => line(flag, flag, meaning)),
  ]
}

/** The example on an input, with the volume and the cost of the layer itself, calculated by its code. */
function exampleOf(layer: Layer, { input = '32x32x64' }: LayerDocs): string {
  const { example } = layer.notation.form
  const network = parse(input === '' ? `${example} -> RELU` : `INPUT ${input} -> ${example}`)
  const at = network.nodes.findLastIndex(({ type }) => type === layer.type)
  const node = network.nodes[at]
  const sized = inferVolumes(network)[at]
  if (node === undefined || sized === undefined) throw new Error(`${layer.type}: its example has no such layer`)
  const [first] = sized.inputs
  const own = first === undefined ? [] : (layer.parameters?.(node.attributes, first) ?? [])
  const learned = own.reduce((sum, { role, shape }) => sum + (role === 'learned' ? sizeOf(shape) : 0), 0)
  const macs = first === undefined ? 0 : (layer.macs?.(node.attributes, first) ?? 0)
  const facts = [
    printVolume(sized.output),
    ...(learned === 0 ? [] : [`${learned.toLocaleString('en-US')} parameters`]),
    ...(macs === 0 ? [] : [`${macs.toLocaleString('en-US')} MACs`]),
  ]
  const on = input === '' ? '' : ` on ${input.replaceAll('x', '×')}`
  return `${code(example)}${on}: ${facts.join(', ')}`
}

function section(layer: Layer, docs: LayerDocs): string {
  const options = optionsOf(layer.notation.form, docs)
  const rows: readonly (readonly [string, string])[] = [
    ['Written', code(written(layer))],
    ...(options.length === 0 ? [] : [['Options', options.join('<br>')] as const]),
    ['Computes', docs.forward],
    ['Output', docs.volume ?? 'H×W×D, as the input'],
    ['Parameters', docs.parameters ?? 'none'],
    ['MACs', docs.macs ?? 'not counted'],
    ['Source', docs.source],
    ['Example', exampleOf(layer, docs)],
  ]
  const table = rows.map(([name, text]) => `| ${name} | ${cell(text)} |`).join('\n')
  return `## ${layer.notation.word}\n\nIn JSON: ${code(layer.type)}.\n\n| | ${docs.title} |\n|---|---|\n${table}\n`
}

const introduction = `# Layers

This page is written by \`npm run pages\` from the code of the layers. Do not edit it. [The notation](notation.md) says how
words are put together.

An input has height H, width W and depth D (channels). F is the size of a window, S its stride, P the sum of its padding on both sides, K the
number of filters or neurons, and g the number of groups. MACs are multiply–accumulates of one image; one MAC is two FLOPs. Where MACs
are "not counted", the work is proportional to the number of values.
`

/** The page; checked by test/pages.test.ts. */
export async function printLayersPage(): Promise<string> {
  const docs = await readLayerDocs()
  const described = Object.values(layers).map((layer) => [layer, docs.get(layer.type) as LayerDocs] as const)
  const overview = described.map(
    ([layer, { title, forward }]) =>
      `| [${layer.notation.word}](#${layer.notation.word.toLowerCase()}) | ${cell(title)} | ${cell(forward)} |`,
  )
  const sections = described.map(([layer, each]) => section(layer, each))
  return [introduction, '| word | | computes |\n|---|---|---|', ...overview, '', ...sections].join('\n')
}
