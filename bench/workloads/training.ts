/** Whole training steps: data, forward, loss, backward, update. */

import type { Row } from '../work.ts'
import { convnetjsNetwork } from './judged.ts'

const momentum = { rate: 0.01, momentum: 0.9, weightDecay: 0.0001, checkedSteps: 2 }

const against = (name: string, network: string): Row => ({
  group: 'training',
  work: { kind: 'train', name: `${name}, N = 128`, network, batch: 128, ...momentum },
  peers: ['pytorch'],
  targets: [{ peer: 'pytorch', ratio: 1.5 }],
})

export const trainingRows: readonly Row[] = [against('ResNet-20', 'resnet20'), against('airbench network', 'airbench')]

export const smallTrainingRows: readonly Row[] = [
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
]
