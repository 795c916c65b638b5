// `npm run whales`: the worked example of docs/numbers.md. Whales are drawn; one network finds two points of each, the images are
// turned and cropped by them, a second network tells which whale it is; a third one sees whole images. Prints what each reached, and
// writes results.json and two pictures into the folder.
//
//   npm run whales -- [--out whales] [--seeds 0,1,2] [--train 2000] [--test 1000] [--epochs 25,20,25]
//
// The epochs are those of the three networks. About ten minutes for a seed on two cores. The same seed gives the same result.

import { mkdir, writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { encodePng } from '../src/inspect/png.ts'
import { foundPoints, type PipelineResult, runPipeline } from './whales/pipeline.ts'
import { drawIndividuals, drawSteps } from './whales/sheets.ts'

const { values } = parseArgs({
  options: {
    out: { type: 'string', default: 'whales' },
    seeds: { type: 'string', default: '0,1,2' },
    train: { type: 'string', default: '2000' },
    test: { type: 'string', default: '1000' },
    epochs: { type: 'string', default: '25,20,25' },
  },
})

const wholes = (text: string) => text.split(',').map(Number)
const [points = 25, who = 20, whole = 25] = wholes(values.epochs)
const [train, test] = [Number(values.train), Number(values.test)]
const results: PipelineResult[] = []
const out = resolve(values.out)
for (const seed of wholes(values.seeds)) {
  const folder = join(out, `seed-${seed}`)
  const say = (text: string) => console.log(`seed ${seed}: ${text}`)
  const result = await runPipeline({ folder, seed, train, test, epochs: { points, who, whole }, say })
  results.push(result)
  print(result)
  await writeFile(join(out, 'results.json'), `${JSON.stringify({ train, test, results }, undefined, 2)}\n`)
}
const [first = 0] = wholes(values.seeds)
await mkdir(out, { recursive: true })
const found = await foundPoints(join(out, `seed-${first}`))
await writeFile(join(out, 'whales.png'), encodePng(drawIndividuals()))
await writeFile(join(out, 'whales-turned.png'), encodePng(drawSteps(first, train, found)))
console.log(`on ${cpus()[0]?.model ?? 'an unknown processor'}; all in ${out}`)

function print({ points, who, whole }: PipelineResult): void {
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`
  const seconds = (each: { readonly seconds: number }) => `${each.seconds.toFixed(0)} s of processor time`
  console.log(
    [
      `  points: ${points.mean.toFixed(2)} pixels off, median ${points.median.toFixed(2)} (their middle: ${points.baseline.toFixed(2)}); ${seconds(points)}`,
      `  who, on turned crops: ${percent(who.accuracy)} (by the true points ${percent(who.byTruePoints)}); ${seconds(who)}`,
      `  who, on whole images: ${percent(whole.accuracy)}; ${seconds(whole)}`,
    ].join('\n'),
  )
}
