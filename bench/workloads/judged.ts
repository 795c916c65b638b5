/** The two comparisons whose first demands are promises: a run that misses one of them fails. */

import type { Row } from '../work.ts'

/** The network of ConvNetJS's CIFAR-10 demo. */
export const convnetjsNetwork =
  'INPUT 32x32x3 -> CONV5-16 -> RELU -> POOL2 -> CONV5-20 -> RELU -> POOL2 -> CONV5-20 -> RELU -> POOL2 -> FC-10'

export const judged: readonly Row[] = [
  {
    group: 'judged',
    work: { kind: 'forward', name: '3×3, 56×56×256 → 256', network: 'INPUT 56x56x256 -> CONV3-256', batch: 1 },
    peers: ['onnxruntime-web', 'onnxruntime-node', 'tfjs-wasm'],
    quick: true,
    targets: [{ peer: 'onnxruntime-web', ratio: 1.5, threads: 1 }],
  },
  {
    group: 'judged',
    work: {
      kind: 'train',
      name: 'ConvNetJS network, N = 128',
      network: convnetjsNetwork,
      batch: 128,
      rate: 0.01,
      momentum: 0.9,
      weightDecay: 0.0001,
      checkedSteps: 2,
    },
    peers: ['convnetjs'],
    quick: true,
    targets: [
      { peer: 'convnetjs', ratio: 25, threads: 1 },
      { peer: 'convnetjs', ratio: 60, threads: 2 },
    ],
  },
]
