// `npm run whales`: the worked example of docs/numbers.md. Whales are drawn; one network finds two points of each, the images are
// turned and cropped by them, a second network tells which whale it is; a third one sees whole images. Prints what each reached, and
// writes results.json and two pictures into the folder.
//
//   npm run whales -- [--out whales] [--seeds 0,1,2] [--train 2000] [--test 600] [--epochs 8,25,90]
//
// The epochs are those of the three networks. Eight minutes of processor time for a seed. The same seed gives the same result.

import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import { encodePng } from '../src/inspect/png.ts'
import { type PipelineResult, type Ran, runPipeline } from './whales/pipeline.ts'
import { drawIndividuals, drawSteps } from './whales/sheets.ts'

const { values } = parseArgs({
  options: {
    out: { type: 'string', default: 'whales' },
    seeds: { type: 'string', default: '0,1,2' },
    train: { type: 'string', default: '2000' },
    test: { type: 'string', default: '600' },
    epochs: { type: 'string', default: '8,25,90' },
  },
})

const wholes = (text: string) => text.split(',').map(Number)
const [points = 8, who = 25, whole = 90] = wholes(values.epochs)
const [train, test] = [Number(values.train), Number(values.test)]
const results: PipelineResult[] = []
const out = resolve(values.out)
for (const seed of wholes(values.seeds)) {
  const folder = join(out, `seed-${seed}`)
  const say = (text: string) => console.log(`seed ${seed}: ${text}`)
  const epochs = { points, who, whole }
  const { result, points: found } = await runPipeline({ folder, seed, train, test, epochs, say, lenslet })
  if (results.length === 0) await writeFile(join(out, 'whales-turned.png'), encodePng(drawSteps(seed, train, found)))
  results.push(result)
  print(result)
  await writeFile(join(out, 'results.json'), `${JSON.stringify({ train, test, results }, undefined, 2)}\n`)
}
await writeFile(join(out, 'whales.png'), encodePng(drawIndividuals()))
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

/** Runs the command as it is in this repository; at its end it says how much processor time it took. */
async function lenslet(...words: readonly string[]): Promise<Ran> {
  const clock = `process.on('exit',()=>{const{user,system}=process.cpuUsage();process.stderr.write('cpu '+(user+system)/1e6+'\\n')})`
  const main = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url))
  const how = ['--no-warnings', '--conditions=lenslet-source', '--import', `data:text/javascript,${clock}`, main]
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [...how, ...words], { maxBuffer: 2 ** 28 })
  return { output: stdout, seconds: Number(/cpu ([\d.]+)\n/.exec(stderr)?.[1]) }
}
