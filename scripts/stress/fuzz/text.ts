/** What people write: the notation, networks as JSON, and the settings of a run. */

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readRun } from '../../../src/cli/runFolder.ts'
import type { Random } from '../../../src/core/random.ts'
import { layers } from '../../../src/layers/layers.ts'
import { networkFromJson, networkToJson } from '../../../src/network/json.ts'
import type { Network } from '../../../src/network/network.ts'
import { inferVolumes } from '../../../src/network/volumes.ts'
import { parse } from '../../../src/notation/parse.ts'
import { print } from '../../../src/notation/print.ts'
import { plan } from '../../../src/plan/plan.ts'
import { expectThat } from '../row.ts'
import { mutateBytes } from './bytes.ts'
import { decode, encode, type Format, pick } from './format.ts'
import { mutateJson } from './json.ts'

const texts = [
  'INPUT 32x32x3 -> [CONV3-32 -> RELU -> CONV3-32 -> RELU -> POOL2]*2 -> FC-128 -> RELU -> DROPOUT 0.5 -> FC-10',
  'INPUT: [16x16x4]\n-> ADD(ID | conv1_1: CONV3-4 s1 p1 -> BN -> RELU) # block\r\n-> CONCAT(CONV1-2 | | AVGPOOL3 s1 p1) -> GAP -> SOFTMAX',
  'INPUT 9×9×2 → CONV3x5-6 s2x1 p0,0,1,1 d2 g2 nobias → [[LRELU 0.2]*3]*2 → POOL3 s2 ceil // end',
]
const examples = Object.values(layers).map(({ notation }) => notation.form.example)
const glue = [
  '->',
  ' -> ',
  ' → ',
  '\n',
  ' ',
  '',
  '|',
  '(',
  ')',
  '[',
  ']',
  ']*2',
  ']*N',
  ']*99999',
  ']*0',
  '# x\n',
  ': ',
]
const odd = (
  'ADD(|CONCAT(|ID|a: |conv1: |x|s2|p0|p1,2,3,4|d9|g3|eps=1e-3|EPS=|=0.5|ceil|nobias|0|1|-1|1e99|0x10|65536|' +
  '99999999999999999999|×|,|//|__proto__|constructor: |𝒜|\ud800|\u202e|\u0000|\u001b[31m|FC|CONV|INPUT 1x1x1'
).split('|')

/** Layers that fit nearly anywhere, in rows, repeats and branches; now and then one that does not fit. */
function mostlyValid(random: Random): string {
  const layer = () => (random.integer(12) === 0 ? pick(random, examples) : pick(random, anywhere))
  const row = (length: number) => Array.from({ length }, layer).join(' -> ')
  const parts = Array.from({ length: 1 + random.integer(5) }, () => {
    const inner = row(1 + random.integer(3))
    return pick(random, [inner, `[${inner}]*${1 + random.integer(3)}`, `ADD(ID | ${inner})`, `CONCAT(ID | ${inner})`])
  })
  return ['INPUT 8x8x4', ...parts, ...(random.integer(2) === 0 ? ['FC-3'] : [])].join(' -> ')
}

const anywhere = 'RELU|TANH|CONV3-4|CONV1-4|BN|DROPOUT 0.5|POOL3 s1 p1|CONV3-4 g2 nobias|LRELU 0.1|GELU'.split('|')

const notation: Format = {
  name: 'notation',
  memory: 512,
  short: 1500,
  async prepare() {
    const good = texts.map(encode)
    return {
      good,
      draw(random) {
        const kind = random.integer(4)
        if (kind === 0) return mutateBytes(random, good)
        if (kind === 1) return encode(mostlyValid(random))
        const parts = ['INPUT 8x8x4 -> ']
        // Now and then a text near the limits.
        const length = random.integer(200) === 0 ? 20_000 : random.integer(24)
        const deep = random.integer(200) === 0 ? pick(random, ['[', '(', 'ADD(', 'ADD(ID | ', '[RELU -> ']) : undefined
        for (let i = 0; i < length; i++) {
          parts.push(deep ?? pick(random, random.integer(4) === 0 ? odd : examples))
          if (deep === undefined) parts.push(random.integer(3) === 0 ? pick(random, glue) : ' -> ')
        }
        return encode(parts.join(''))
      },
      read(bytes) {
        const network = parse(decode(bytes), { bindings: { N: 2 } })
        checkNetwork(network)
        expectThat(networkToJson(parse(print(network))) === networkToJson(network), 'printed and parsed, it is another')
      },
    }
  },
}

const networkJson: Format = {
  name: 'network JSON',
  memory: 512,
  short: 1000,
  async prepare() {
    const documents = texts.map((text) => JSON.parse(networkToJson(parse(text))) as unknown)
    return {
      good: documents.map((document) => encode(JSON.stringify(document))),
      draw: (random) => encode(mutateJson(random, pick(random, documents))),
      read(bytes) {
        const network = networkFromJson(decode(bytes))
        checkNetwork(network)
        expectThat(
          networkToJson(networkFromJson(networkToJson(network))) === networkToJson(network),
          'read again, it is another',
        )
      },
    }
  },
}

/** Volumes are sizes, and small networks can be planned, or it is said why not. */
function checkNetwork(network: Network): void {
  for (const { node, output } of inferVolumes(network)) {
    const sides = [output.height, output.width, output.channels]
    expectThat(
      sides.every((side) => Number.isSafeInteger(side) && side > 0),
      `${node.name} is ${sides.join('×')}`,
    )
  }
  if (network.nodes.length > 40) return
  const { arenaBytes } = plan(network)
  expectThat(Number.isFinite(arenaBytes) && arenaBytes >= 0, `an arena of ${arenaBytes} bytes`)
}

const runJson: Format = {
  name: 'run.json',
  memory: 512,
  short: 500,
  async prepare(folder) {
    const document = {
      format: 'lenslet.run',
      version: 2,
      name: 'tiny',
      network: JSON.parse(networkToJson(parse('INPUT 8x8x1 -> CONV3-4 -> RELU -> FC-3'))) as unknown,
      data: `mnist:${folder}`,
      dataFromHere: '..',
      pictures: { training: 'training pictures: 3', tests: 'test pictures: 2' },
      dataOptions: { testFraction: 0.2, splitSeed: 1 },
      options: { epochs: 2, batch: 8, optimizer: { kind: 'adam', rate: 0.001 }, seed: 1 },
      backend: 'wasm',
      exact: false,
      began: '2026-11-26T21:00:00.000Z',
    }
    return {
      good: [encode(JSON.stringify(document))],
      draw: (random) =>
        random.integer(4) === 0
          ? mutateBytes(random, [encode(JSON.stringify(document))])
          : encode(mutateJson(random, document)),
      async read(bytes) {
        writeFileSync(join(folder, 'run.json'), bytes)
        const { network, options } = await readRun(folder)
        checkNetwork(network)
        expectThat(typeof options.epochs === 'number', 'a run without epochs')
      },
    }
  },
}

export const textFormats = [notation, networkJson, runJson]
