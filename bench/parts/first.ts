/** How long a program waits for its first scores: import, model from bytes in memory, one picture; each a fresh process. */

import { least, median } from '../timing.ts'
import type { NamedPart } from './index.ts'
import { run, withFiles } from './run.ts'
import type { Answer, Runner } from './task.ts'

const network = 'resnet18'
const rounds = 5
const demanded = 300

const runners: readonly Runner[] = ['lenslet', 'lenslet-narrow', 'onnxruntime-node', 'onnxruntime-web']

export const firstPrediction: NamedPart = {
  name: 'first prediction',
  async measure() {
    const seats = runners.flatMap((peer) => [1, 2].map((threads) => ({ peer, threads, answers: [] as Answer[] })))
    await withFiles(network, async (fileOf) => {
      for (let round = 0; round < rounds; round++)
        for (const { peer, threads, answers } of seats)
          answers.push(await run({ kind: 'forward', peer, threads, file: fileOf(peer) }))
    })
    const rows = seats.map(({ peer, threads, answers }) => ({
      peer,
      threads,
      cpu: answers.map(({ cpuMilliseconds = Number.NaN }) => cpuMilliseconds),
      times: answers.map(({ milliseconds = Number.NaN }) => milliseconds),
      kernels: /^wasm, (\w+)/.exec(answers[0]?.kernels ?? '')?.[1],
    }))
    return {
      rows,
      print: () => [
        '## First prediction',
        '',
        `ResNet-18, one picture: from \`import\` to the first scores in a fresh process, the model's file in memory. Median of ${rounds} processes, least behind it. Demanded of Lenslet: under ${demanded} ms.`,
        '',
        '| | threads | ms | CPU ms | |',
        '|---|--:|--:|--:|---|',
        ...rows.map(({ peer, threads, times, cpu, kernels }) => {
          const time = median(times)
          const verdict = time < demanded ? 'reached' : '**missed**'
          return `| ${peer}${kernels ? ` (${kernels})` : ''} | ${threads} | ${time.toFixed(0)} (${least(times).toFixed(0)}) | ${median(cpu).toFixed(0)} (${least(cpu).toFixed(0)}) | ${kernels ? verdict : ''} |`
        }),
      ],
    }
  },
}
