/** Six things worth seeing. */

import type { Linked } from '../state/link.ts'
import { usual } from '../state/usual.ts'

export interface Example {
  readonly name: 'digits' | 'threes' | 'memory' | 'dead' | 'own' | 'pretrained'
  /** Its title and sentence are `words().examples[name]` and `[says]`. */
  readonly says: `${Example['name']}Says`
  /** The network; absent: the one that is there stays. */
  readonly text?: string
  /** A design to stand beside it. */
  readonly pinned?: string
  readonly settings?: Partial<Omit<Linked, 'text' | 'layer'>>
  /** Where to look: a layer, a tab of the inspector, a sheet that opens. */
  readonly layer?: string
  readonly tab?: 'activations' | 'matters' | 'statistics' | 'shape'
  readonly sheet?: 'pictures' | 'pretrained'
}

const { rate, optimizer, schedule, batch, memory, data, augment } = usual
const plain = { rate, optimizer, schedule, batch, memory, data, augment }
const stacked = (block: string) => `INPUT 28x28x1 -> CONV3-16 -> RELU ->\n${block} ->\nPOOL4 -> FC-10 -> SOFTMAX`

export const examples: readonly Example[] = [
  { name: 'digits', says: 'digitsSays', text: usual.text, settings: plain, layer: 'relu2', tab: 'activations' },
  {
    ...{ name: 'threes', says: 'threesSays', settings: plain, layer: 'conv2', tab: 'shape' },
    text: stacked('[CONV3-16 -> RELU]*3'),
    pinned: stacked('CONV7-16 -> RELU'),
  },
  {
    ...{ name: 'memory', says: 'memorySays', tab: 'shape', settings: { ...plain, batch: 256 } },
    text: 'INPUT 28x28x1 -> [CONV3-128 -> RELU]*8 -> POOL2 ->\n[CONV3-256 -> RELU]*8 -> GAP -> FC-10 -> SOFTMAX',
  },
  {
    ...{ name: 'dead', says: 'deadSays', text: usual.text, layer: 'relu1', tab: 'statistics' },
    settings: { ...plain, rate: 1, optimizer: 'adam', schedule: 'constant' },
  },
  { name: 'own', says: 'ownSays', sheet: 'pictures' },
  { name: 'pretrained', says: 'pretrainedSays', tab: 'matters', sheet: 'pretrained' },
]
