// Random numbers: the same bits in every engine, and the distributions that they are taken for.
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { Random } from './random.ts'

const digest = (values: ArrayBufferView<ArrayBuffer>) =>
  createHash('sha256')
    .update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
    .digest('hex')
    .slice(0, 16)

describe('the bits of a seed', () => {
  // Computed by Node 24 (V8), x64; `node scripts/engines.ts` compares engines. A change of these digests changes
  // what every seed gives: say so in the release notes.
  it('are those of every engine', () => {
    const count = 10_000
    const integers = Random.seeded(7, 'digest', 'integers')
    expect(digest(Uint32Array.from({ length: count }, () => integers.uint32()))).toBe('ef214e571d52c820')
    const uniform = Random.seeded(7, 'digest', 'uniform')
    expect(digest(Float64Array.from({ length: count }, () => uniform.next()))).toBe('9ae1e80acfa30a6f')
    const normal = Random.seeded(7, 'digest', 'normal')
    expect(digest(Float64Array.from({ length: count }, () => normal.normal()))).toBe('0c80cdceb3139c6e')
    const order = Random.seeded(7, 'digest', 'order').shuffle(Uint32Array.from({ length: count }, (_, i) => i))
    expect(digest(order)).toBe('8110f225c7d364de')
  })

  it('go on from a saved state', () => {
    const random = Random.seeded(3, 'state')
    random.normal()
    const copy = Random.from(random.state)
    expect([copy.uint32(), copy.normal()]).toEqual([random.uint32(), random.normal()])
  })

  it('differ by seed and by stream', () => {
    const streams = [[1], [2], [1, 'a'], [1, 'b'], [1, 'a', 0], [1, 'a', 1], [1, 'a0'], [-1]] as const
    const first = streams.map(([seed, ...stream]) => Random.seeded(seed, ...stream).uint32())
    expect(new Set(first).size).toBe(streams.length)
  })
})

describe('distributions', () => {
  const count = 100_000
  const draws = (draw: (random: Random) => number) => {
    const random = Random.seeded(11, 'distribution')
    return Float64Array.from({ length: count }, () => draw(random))
  }
  const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / count
  /** Five standard errors of a mean over `count` draws. */
  const margin = (deviation: number) => (5 * deviation) / Math.sqrt(count)

  it('normal has the moments of the standard normal', () => {
    const values = draws((random) => random.normal())
    // E xᵏ = 0, 1, 0, 3 with variances E x²ᵏ − (E xᵏ)² = 1, 2, 15, 96.
    for (const [power, expected, variance] of [
      [1, 0, 1],
      [2, 1, 2],
      [3, 0, 15],
      [4, 3, 96],
    ] as const) {
      const moment = mean(values.map((value) => value ** power))
      expect(Math.abs(moment - expected), `moment ${power}`).toBeLessThan(margin(Math.sqrt(variance)))
    }
  })

  it('normal falls into intervals as often as its distribution says', () => {
    const values = draws((random) => random.normal())
    for (const [limit, expected] of [
      [-2, 0.022750131948179],
      [-1, 0.158655253931457],
      [0, 0.5],
      [0.5, 0.691462461274013],
      [1.5, 0.933192798731142],
    ] as const) {
      const share = values.filter((value) => value < limit).length / count
      expect(Math.abs(share - expected), `below ${limit}`).toBeLessThan(margin(Math.sqrt(expected * (1 - expected))))
    }
  })

  it('normal is finite at the ends of what is drawn', () => {
    // The first draw is 2³² − 1 where the sum of a, b and the counter is −1: log's argument is then its least, 2⁻³².
    const largest = Random.from([0, 0, 0, 0xffffffff])
    expect(Random.from(largest.state).next()).toBe(1 - 2 ** -32)
    expect(Math.abs(largest.normal())).toBeLessThanOrEqual(Math.sqrt(64 * Math.LN2))
    // 0 gives log 1, and with it 0.
    expect(Random.from([0, 0, 0, 0]).next()).toBe(0)
    expect(Math.abs(Random.from([0, 0, 0, 0]).normal())).toBe(0)
  })

  it('next is uniform in [0, 1), integer below its bound', () => {
    const values = draws((random) => random.next())
    expect(values.every((value) => value >= 0 && value < 1)).toBe(true)
    expect(Math.abs(mean(values) - 0.5)).toBeLessThan(margin(Math.sqrt(1 / 12)))
    const cells = new Array<number>(7).fill(0)
    for (const value of draws((random) => random.integer(7))) cells[value] = (cells[value] as number) + 1
    for (const cell of cells) expect(Math.abs(cell / count - 1 / 7)).toBeLessThan(margin(Math.sqrt(6) / 7))
  })

  it('shuffle keeps every item, and puts each anywhere', () => {
    const random = Random.seeded(5, 'shuffle')
    const places = new Array<number>(5).fill(0)
    const rounds = 10_000
    for (let round = 0; round < rounds; round++) {
      const items = random.shuffle([0, 1, 2, 3, 4])
      expect([...items].sort()).toEqual([0, 1, 2, 3, 4])
      places[items.indexOf(0)] = (places[items.indexOf(0)] as number) + 1
    }
    const deviation = Math.sqrt((0.2 * 0.8) / rounds)
    for (const place of places) expect(Math.abs(place / rounds - 0.2)).toBeLessThan(5 * deviation)
  })
})
