/** Whole networks of the zoo, forward. */

import type { Row, Target } from '../work.ts'

const peers = ['onnxruntime-node', 'onnxruntime-web', 'tfjs-wasm', 'pytorch']

/** What is demanded of the wide kernels against native code, and of the others against the other WebAssembly. */
const targets = (native: number, wasm: number): readonly Target[] => [
  { peer: 'onnxruntime-node', ratio: native },
  { peer: 'onnxruntime-web', ratio: wasm, narrow: true },
  { peer: 'tfjs-wasm', ratio: wasm, narrow: true, threads: 1 },
]

const one = (name: string, network: string, more: Omit<Partial<Row>, 'group' | 'work'>): Row => ({
  group: 'networks',
  work: { kind: 'forward', name: `${name}, one picture`, network, batch: 1 },
  peers,
  ...more,
})

export const networkRows: readonly Row[] = [
  one('ResNet-18', 'resnet18', { targets: targets(1.3, 3) }),
  one('ResNet-50', 'resnet50', { targets: targets(1, 2) }),
  // PyTorch would take longer to try its layouts here than all others together.
  one('VGG-16', 'vgg16', { targets: targets(2, 4.5), heavy: true, peers: peers.filter((name) => name !== 'pytorch') }),
  one('MobileNet v2', 'mobilenet-v2', {
    targets: [
      { peer: 'onnxruntime-node', ratio: 0.6 },
      { peer: 'tfjs-wasm', ratio: 1.5, threads: 1 },
    ],
  }),
]

export const smallNetworkRows: readonly Row[] = [
  one('ResNet-20', 'resnet20', { peers: [...peers, 'tfjs-cpu'] }),
  {
    group: 'networks',
    work: { kind: 'forward', name: 'ResNet-20, 32 pictures', network: 'resnet20', batch: 32 },
    peers,
  },
]
