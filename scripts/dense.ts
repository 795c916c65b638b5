// The notes' claim about FC → CONV, measured: a classifier on all crops of a larger image, in batches of 32, and made fully
// convolutional, in one pass. Prints both times, and how far the scores are apart.
//
//   npm run dense -- [NET…] [--size 384] [--stride N] [--runs 1] [--exact]
//
// Without padding the scores are equal apart from rounding. With padding they cannot be: predict pads a crop with zeros,
// where dense evaluation sees the neighboring pixels. So each network is compared as it is, and with all padding taken away
// (if that leaves anything of its maps; `ceil`, with which a window
// hangs over the edge, goes as well). Weights are initial ones (He), images are random. Not for CI: VGG-16 takes a minute.

import { parseArgs } from 'node:util'
import { allowWide, Model, type Network, print, Random, zoo } from '../src/index.ts'
import { DenseEvaluation } from '../src/insight/index.ts'
import { inferVolumes, makeNetwork, SizeError } from '../src/network/index.ts'

interface Result {
  /** Milliseconds. */
  readonly crops: number
  readonly dense: number
  readonly map: string
  /** Root mean square of the differences, over that of the scores about their mean. */
  readonly rms: number
  /** Largest difference, over the same. */
  readonly most: number
  /** Crops whose most probable class is the same. */
  readonly agree: number
  /** Whether all scores are the same bits. */
  readonly same: boolean
  readonly count: number
}

/**
 * Every window with padding 0 and within the map (no `ceil`); filters keep their sizes. Undefined where nothing is left of
 * a map, or where branches do not agree any more.
 */
function withoutPadding(network: Network): Network | undefined {
  const nodes = network.nodes.map((node) => {
    const changed = {
      ...('padding' in node.attributes && { padding: [0, 0, 0, 0] }),
      ...('ceil' in node.attributes && { ceil: false }),
    }
    return { ...node, attributes: { ...node.attributes, ...changed } }
  })
  try {
    const without = makeNetwork(nodes)
    inferVolumes(without)
    return without
  } catch (error) {
    if (error instanceof SizeError) return undefined
    throw error
  }
}

/** The shortest of `runs` times, after a first run that takes memory and prepares the filters. */
async function time<T>(runs: number, task: () => Promise<T>): Promise<readonly [T, number]> {
  let result = await task()
  let shortest = Number.POSITIVE_INFINITY
  for (let i = 0; i < runs; i++) {
    const start = performance.now()
    result = await task()
    shortest = Math.min(shortest, performance.now() - start)
  }
  return [result, shortest]
}

async function compare(network: Network, enlarged: number): Promise<Result> {
  await using model = await Model.create(network, { seed: 1, exact })
  const { height, width, channels } = model.input
  const size = { height: height + enlarged, width: width + enlarged }
  const dense = await DenseEvaluation.create(model, { ...size, stride, batch: 1 })
  const random = Random.seeded(1, 'dense')
  const image = Float32Array.from({ length: size.height * size.width * channels }, () => random.normal())
  const [map, denseTime] = await time(runs, () => dense.scoreMaps(image))
  const { rows, columns } = dense
  await dense.dispose()

  const row = width * channels
  const crops = new Float32Array(rows.count * columns.count * height * row)
  for (let i = 0; i < rows.count * columns.count; i++) {
    const top = Math.floor(i / columns.count) * rows.stride
    const left = (i % columns.count) * columns.stride
    for (let y = 0; y < height; y++) {
      const from = ((top + y) * size.width + left) * channels
      crops.set(image.subarray(from, from + row), (i * height + y) * row)
    }
  }
  const [scores, cropsTime] = await time(runs, () => model.predict(crops))
  return {
    ...{ crops: cropsTime, dense: denseTime, map: `${rows.count}×${columns.count}`, count: rows.count * columns.count },
    ...differences(scores, map, model.output.channels),
  }
}

function differences(scores: Float32Array, map: Float32Array, classes: number) {
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length
  const deviation = Math.sqrt(scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / scores.length)
  const apart = scores.map((score, index) => Math.abs(score - (map[index] as number)))
  const best = (of: Float32Array, at: number) => {
    const some = of.subarray(at * classes, (at + 1) * classes)
    return some.indexOf(some.reduce((a, b) => Math.max(a, b)))
  }
  return {
    rms: Math.sqrt(apart.reduce((sum, difference) => sum + difference ** 2, 0) / apart.length) / deviation,
    same: apart.every((difference) => difference === 0),
    most: apart.reduce((a, b) => Math.max(a, b)) / deviation,
    agree: Array.from({ length: scores.length / classes }, (_, at) => at).filter(
      (at) => best(scores, at) === best(map, at),
    ).length,
  }
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    size: { type: 'string', default: '384' },
    stride: { type: 'string' },
    runs: { type: 'string', default: '1' },
    exact: { type: 'boolean', default: false },
  },
})
const [size, runs, exact] = [Number(values.size), Number(values.runs), values.exact]
const stride = values.stride === undefined ? undefined : Number(values.stride)
allowWide()
for (const name of positionals.length > 0 ? positionals : ['alexnet', 'vgg16', 'resnet18']) {
  const network = zoo.network(name)
  const { height } = inferVolumes(network)[0]?.output ?? { height: 0 }
  const without = withoutPadding(network)
  const padded = without !== undefined && print(without) !== print(network)
  const variants = { 'as it is': network, ...(padded && { 'without padding': without }) }
  for (const [title, variant] of Object.entries(variants)) {
    if (variant === undefined) continue
    // 160 pixels more, as 384 has beyond 224, for other inputs too.
    const result = await compare(variant, size - 224)
    const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`
    console.log(
      `${name}, ${title}: ${result.map} crops of ${height} in ${height + size - 224}: crop by crop ${seconds(result.crops)}, dense ${seconds(result.dense)}, ` +
        `${(result.crops / result.dense).toFixed(1)} times as fast; ${result.same ? 'the same bits, ' : ''}difference rms ${result.rms.toExponential(1)}, at most ` +
        `${result.most.toExponential(1)} of the scores' deviation; same class for ${result.agree} of ${result.count}`,
    )
  }
}
