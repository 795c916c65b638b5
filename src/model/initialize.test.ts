// Initial weights: the same bits in every engine. What they mean is tested in model.test.ts.
import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { sizeOf } from '../core/shapes.ts'
import { inferVolumes } from '../network/volumes.ts'
import { parse } from '../notation/parse.ts'
import { fillInitial, type Initializer } from './initialize.ts'

/** Of all weights, in the order of the layers. */
function digest(rule?: Initializer): string {
  const hash = createHash('sha256')
  const network = parse(
    'INPUT 11x7x3 -> CONV3-8 -> BN -> RELU -> POOL2 -> CONV3-16 g2 -> RELU -> FC-32 -> RELU -> FC-10',
  )
  for (const { node, parameters } of inferVolumes(network))
    for (const spec of parameters) {
      const values = new Float32Array(sizeOf(spec.shape))
      fillInitial(values, spec, `${node.name}.${spec.name}`, 42, rule)
      hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
    }
  return hash.digest('hex').slice(0, 16)
}

// Computed by Node 24 (V8), x64; `node scripts/engines.ts` compares engines.
it.each([
  ['each layer’s', undefined, '977cf1ee0343a217'],
  ['xavier’s', 'xavier', '84d6bc488c818a7d'],
] as const)('the initial weights of a seed are those of every engine, by %s rule', (_, rule, expected) => {
  expect(digest(rule)).toBe(expected)
})
