/** Whole training steps: data, forward, loss, backward, update. */

import type { Row } from '../work.ts'
import { convnetjsNetwork } from './judged.ts'

const momentum = { rate: 0.01, momentum: 0.9, weightDecay: 0.0001, checkedSteps: 2 }

export const trainingRows: readonly Row[] = [
  {
    group: 'training',
    work: {
      kind: 'train',
      name: "ConvNetJS network, its demo's batch of 4",
      network: convnetjsNetwork,
      batch: 4,
      ...momentum,
    },
    peers: ['convnetjs'],
  },
  {
    group: 'training',
    work: { kind: 'train', name: 'ResNet-20, N = 128', network: 'resnet20', batch: 128, ...momentum },
    // PyTorch's place.
    peers: [],
  },
]
