/** Whole networks of the zoo, forward. */

import type { Row } from '../work.ts'

const wasm = [
  { peer: 'onnxruntime-web', ratio: 4.5 },
  { peer: 'tfjs-wasm', ratio: 4.5, threads: 1 },
]

export const networkRows: readonly Row[] = [
  {
    group: 'networks',
    work: { kind: 'forward', name: 'ResNet-20, one picture', network: 'resnet20', batch: 1 },
  },
  {
    group: 'networks',
    work: { kind: 'forward', name: 'ResNet-20, 32 pictures', network: 'resnet20', batch: 32 },
    peers: ['onnxruntime-node', 'onnxruntime-web', 'tfjs-wasm'],
  },
  {
    group: 'networks',
    work: { kind: 'forward', name: 'VGG-16, one picture', network: 'vgg16', batch: 1 },
    peers: ['onnxruntime-node', 'onnxruntime-web', 'tfjs-wasm'],
    heavy: true,
    targets: [{ peer: 'onnxruntime-node', ratio: 2 }, ...wasm],
  },
]
