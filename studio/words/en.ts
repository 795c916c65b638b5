/** The interface's words in English. Messages of the engine are shown as they are. */

import type { Offer } from '../engine/fault.ts'

export const en = {
  title: 'Lenslet Studio',
  network: 'Network',
  notation: 'Notation',
  plan: 'Plan',
  inspector: 'Inspector',
  zoo: 'Zoo',
  undo: 'Undo',
  redo: 'Redo',
  copyLink: 'Copy link',
  copied: 'Copied',
  theme: 'Switch between light and dark',
  language: '中文',
  layer: 'layer',
  volume: 'volume',
  parameters: 'parameters',
  macs: 'MACs',
  memory: 'memory',
  total: 'total',
  training: 'Training memory',
  batch: 'batch',
  limit: 'limit',
  optimizer: 'optimizer',
  largestBatch: 'largest batch within the limit',
  doesNotFit: 'not even one image fits',
  fits: 'fits',
  tooLarge: 'does not fit',
  arena: 'Memory over one step',
  advice: 'Advice',
  noAdvice: 'Nothing to remark.',
  selectLayer: 'Click a layer in the picture, or put the cursor on its word.',
  height: 'height',
  width: 'width',
  weights: 'weights',
  field: 'receptive field',
  input: 'input',
  output: 'output',
  kept: 'values kept for one image',
  unseenRows: 'rows at the end that no window sees',
  unseenColumns: 'columns at the end that no window sees',
  received: 'received',
  expected: 'expected',
  try: 'try',
  planning: 'Planning the training …',
  repeated: 'times',
  knobs: { kernel: 'F', stride: 'S', padding: 'P', filters: 'K' },
  keys: 'Keys',
  examples: 'Examples',
  sources: {
    parameters: 'weights',
    tracked: 'running statistics',
    optimizer: 'optimizer',
    data: 'images',
    activations: 'activations',
    gradients: 'gradients',
    workspace: 'workspace',
    padding: 'padding',
  },
  layout: {
    columns: 'Parts of the page',
    design: 'Design',
    learn: 'Train and try',
    inspect: 'Look inside',
    fill: 'Fill the screen',
    close: 'Close',
    loading: 'Loading …',
    notLoaded: 'This part could not be loaded. Go online, and open it again.',
  },
  keyboard: {
    editor: 'edit the notation',
    run: 'start and pause the training',
    step: 'one training step',
    walk: 'next and previous layer',
    fill: 'let the panel under the pointer fill the screen',
    back: 'back',
    keys: 'these keys',
  },
  /** Titles of the sheets, as in layout/sheets.ts. */
  sheets: {
    keys: 'Keys',
    take: 'Take away',
  },
  /** Tabs of the inspector, as in inspector/tabs.ts. */
  inspect: {
    shape: 'Shape',
  },
  /** What a button says that does what the engine offers. */
  offer: (offer: Offer) => {
    if (offer.kind === 'input') return `Begin with INPUT ${offer.height}x${offer.width}x${offer.channels}`
    if (offer.kind === 'output') return `End with FC-${offer.classes}`
    if (offer.kind === 'batch') return `Train with batch ${offer.batch}`
    return `Start again with rate ${offer.rate}`
  },
  train: {
    title: 'Train',
    start: 'Start',
    goOn: 'Continue',
    pause: 'Pause',
    step: 'Step',
    reset: 'Reset',
    data: 'images',
    dataNames: {
      mnist: 'MNIST, 7,000 digits',
      'mnist-whole': 'MNIST, all 70,000',
      cifar10: 'CIFAR-10, from its files …',
    },
    cifarFiles: 'Files of CIFAR-10',
    rate: 'rate',
    schedule: 'schedule',
    epochs: 'epochs',
    seed: 'seed',
    augment: 'augmentation',
    noAugment: 'none',
    loss: 'Loss',
    accuracy: 'Accuracy',
    trainingOf: 'training',
    testOf: 'test',
    confusion: 'Rows: what it is. Columns: what the network says.',
    actual: 'what it is',
    worst: 'Worst mistakes',
    noMistakes: 'None.',
    sample: (count: number, of: number) =>
      `Tested on ${count.toLocaleString('en-US')} of ${of.toLocaleString('en-US')} images.`,
    states: { ready: 'Ready', running: 'Training', paused: 'Paused', done: 'Done', failed: 'Stopped' },
    epochOf: (epoch: number, epochs: number) => `epoch ${epoch.toFixed(1)} of ${epochs}`,
    imagesPerSecond: 'images/s',
    left: (duration: string) => `${duration} left`,
    reading: (share: number) => `Loading the images: ${Math.round(100 * share)} %`,
    preparing: 'Getting ready …',
    noModel: 'There is nothing to train yet.',
    hello: (data: string) =>
      data.startsWith('mnist') ? 'Press Start: it will read digits in ten seconds.' : 'Press Start.',
    stale: 'The design has changed; what trains is the one before.',
    restart: 'Train the new one',
    optimizerNew: 'The weights are kept; the new optimizer starts from nothing.',
    oneThread:
      'It trains on one thread: this site is not isolated, so the browser gives it no shared memory. It works, only slower.',
    oneCore: 'It trains on one thread, as this machine has no more.',
  },
  try_: {
    title: 'Try',
    empty: 'Draw a digit.',
  },
  take: {
    open: 'Take away',
    files: 'Files of this model',
    name: 'name',
    noModel: 'There is no model yet: write a network that fits the images.',
    untrained: 'It has not been trained yet; its weights are random.',
    kinds: {
      lenslet: { name: 'Lenslet model', says: 'network, weights, class names: for Node, pages and the command line' },
      onnx: { name: 'ONNX', says: 'for ONNX Runtime and most other programs' },
      safetensors: { name: 'safetensors', says: 'weights by PyTorch’s names, in its order of axes' },
      report: { name: 'Report', says: 'curves, confusion, every class, filters and costs on one page' },
    },
    code: 'Use it',
    programs: { node: 'Node', page: 'Page', shell: 'Command line', python: 'PyTorch' },
    copy: 'Copy',
    bring: 'Bring one back',
    drop: 'Drop a model file here, or choose one',
    formats: 'Lenslet, ONNX, Keras, TensorFlow.js and Caffe. It is read here, and sent nowhere.',
    loaded: (name: string) => `${name} is the model now.`,
    runs: 'Runs kept in this browser',
  },
  runs: {
    keep: 'Keep this run',
    where: 'The model and its settings stay in this browser until you delete them.',
    nothingYet: 'A run can be kept once it has taken a step.',
    none: 'None yet.',
    name: 'name',
    date: 'kept',
    accuracy: 'test accuracy',
    size: 'size',
    actions: 'What to do with it',
    open: 'Open',
    rename: 'Rename',
    remove: 'Delete',
    really: 'Delete for good',
    cancel: 'Cancel',
  },
  offline: {
    newVersion: 'A new version of the Studio is ready.',
    reload: 'Reload',
    later: 'Later',
  },
} as const

/** Every language has the same words. */
export type Words = WordsOf<typeof en>

type WordsOf<T> = {
  readonly [K in keyof T]: T[K] extends string
    ? string
    : T[K] extends (...numbers: infer N) => string
      ? (...numbers: N) => string
      : WordsOf<T[K]>
}
