/** What a process needs at its peak: ResNet-50 on one picture, and training steps of ResNet-20, beside what the plan says. */

import { memoryOfTorch } from '../peers/pytorch.ts'
import { least } from '../timing.ts'
import type { NamedPart } from './index.ts'
import { run, withFiles } from './run.ts'

interface Row {
  readonly work: string
  readonly peer: string
  readonly peak: number
  /** Of a process of the same language that does nothing. */
  readonly empty: number
  readonly arenaBytes?: number | undefined
}

const threads = 1
const batch = 128

async function rowsOf(): Promise<Row[]> {
  const nothing = [await run({ kind: 'nothing' }), await run({ kind: 'nothing' }), await run({ kind: 'nothing' })]
  const empty = least(nothing.map(({ peakBytes }) => peakBytes))
  const [forward, training] = ['ResNet-50, one picture', `ResNet-20, training, N = ${batch}`]
  const rows = await withFiles('resnet50', async (fileOf) => {
    const found: Row[] = []
    for (const peer of ['lenslet', 'onnxruntime-node', 'onnxruntime-web'] as const) {
      const { peakBytes, arenaBytes } = await run({ kind: 'forward', peer, threads, file: fileOf(peer) })
      found.push({ work: forward, peer, peak: peakBytes, empty, arenaBytes })
    }
    return found
  })
  const trained = await run({ kind: 'train', network: 'resnet20', batch, threads })
  const torch = await memoryOfTorch({ forward: 'resnet50', train: 'resnet20', batch })
  const ofTorch = (work: string, peak: number): Row[] =>
    torch === undefined ? [] : [{ work, peer: 'pytorch', peak, empty: torch.empty }]
  return [
    ...rows,
    ...ofTorch(forward, torch?.forward ?? 0),
    { work: training, peer: 'lenslet', peak: trained.peakBytes, empty, arenaBytes: trained.arenaBytes },
    ...ofTorch(training, torch?.train ?? 0),
  ]
}

const megabytes = (bytes: number) => Math.round(bytes / 1e6).toLocaleString('en-US')

export const memory: NamedPart = {
  name: 'memory',
  async measure() {
    const rows = await rowsOf()
    return {
      rows,
      print: () => [
        '## Memory',
        '',
        "Greatest resident set of a fresh process with one thread, in MB, and the same without what an empty process of its language takes (Node, or a bare Python). Lenslet and onnxruntime read the model from a file, which is in memory with it for a while; PyTorch's weights are made in place, in its plain layout. The plan's bytes are those of the one arena that the process allocates; what is allocated but never touched is in no resident set.",
        '',
        '| work | | peak | less empty | plan |',
        '|---|---|--:|--:|--:|',
        ...rows.map(
          ({ work, peer, peak, empty, arenaBytes }) =>
            `| ${work} | ${peer} | ${megabytes(peak)} | ${megabytes(peak - empty)} | ${arenaBytes === undefined ? '' : megabytes(arenaBytes)} |`,
        ),
      ],
    }
  },
}
