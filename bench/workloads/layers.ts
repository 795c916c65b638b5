/**
 * Convolutions of real networks: VGG-16, ResNet-18 and ResNet-50, MobileNet v2, and nets for CIFAR-10. What is demanded
 * follows the shape: Winograd's ground, where a product is all there is, and depthwise layers, which are memory's.
 */

import type { Row } from '../work.ts'

const threads = 1
const peer = 'onnxruntime-node'

/** 3×3, stride 1. */
const square = [{ peer, ratio: 1.8, threads }]
/** 3×3, stride 1, 64 channels and 32 rows at least. */
const large = [{ peer, ratio: 2.5, threads }]
/** 1×1, strided, first layers. */
const product = [{ peer, ratio: 0.9, threads }]

// biome-ignore format: a table
const layers = [
  ['VGG-16, first', '224x224x3', 'CONV3-64', product],
  ['VGG-16, conv1_2', '224x224x64', 'CONV3-64', large],
  ['VGG-16, conv2_2', '112x112x128', 'CONV3-128', large],
  ['VGG-16, conv3_2', '56x56x256', 'CONV3-256', large],
  ['VGG-16, conv4_2', '28x28x512', 'CONV3-512', square],
  ['VGG-16, conv5', '14x14x512', 'CONV3-512', square],
  ['ResNet, first', '224x224x3', 'CONV7-64 s2 p3', product],
  ['ResNet-18, stage 1', '56x56x64', 'CONV3-64', large],
  ['ResNet-18, stage 2', '28x28x128', 'CONV3-128', square],
  ['ResNet-18, stage 3', '14x14x256', 'CONV3-256', square],
  ['ResNet-18, stage 4', '7x7x512', 'CONV3-512', square],
  ['ResNet-18, halving', '56x56x64', 'CONV3-128 s2 p1', product],
  ['ResNet-50, out', '56x56x64', 'CONV1-256', product],
  ['ResNet-50, in', '14x14x1024', 'CONV1-256', product],
  ['ResNet-50, last', '7x7x512', 'CONV1-2048', product],
  ['ResNet-50, shortcut', '56x56x256', 'CONV1-512 s2', product],
  ['MobileNet v2, expand', '56x56x24', 'CONV1-144', product],
  ['MobileNet v2, depthwise', '56x56x144', 'CONV3-144 g144', []],
  ['MobileNet v2, depthwise s2', '112x112x96', 'CONV3-96 s2 p1 g96', []],
  ['CIFAR, 16 filters', '32x32x16', 'CONV3-16', square],
  ['CIFAR, 64 filters', '32x32x64', 'CONV3-64', large],
] as const

const quickPeers = ['onnxruntime-node', 'onnxruntime-web', 'tfjs-wasm']

/** At least one of each kind and size, in a plain run too; the others with `--all`. */
const usual = new Set([0, 1, 3, 4, 6, 7, 8, 10, 11, 13, 16, 17, 19])

export const layerRows: readonly Row[] = layers.map(([name, volume, word, targets], at) => ({
  group: 'layers',
  work: { kind: 'forward', name, network: `INPUT ${volume} -> ${word}`, batch: 1 },
  // The slow ones on the smallest layer only.
  peers: [...quickPeers, ...(volume === '32x32x16' ? ['tfjs-cpu', 'jax-js'] : [])],
  targets,
  ...(usual.has(at) ? {} : { extra: true }),
}))
