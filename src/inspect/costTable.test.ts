import { describe, expect, it } from 'vitest'
import { parse } from '../notation/parse.ts'
import { plan } from '../plan/plan.ts'
import { zoo } from '../zoo/zoo.ts'
import { costTable, memoryTable, networkTable } from './costTable.ts'

describe('the table of costs', () => {
  it.each(zoo.names)('of %s adds up to its totals', (name) => {
    const { layers, totals } = networkTable(zoo.network(name))
    const used = layers.filter(({ trainingOnly }) => !trainingOnly)
    for (const column of ['parameters', 'macs', 'activations', 'weights'] as const)
      expect(used.reduce((sum, row) => sum + row[column], 0)).toBe(totals[column])
    for (const column of ['parameters', 'macs', 'weights'] as const)
      expect(layers.reduce((sum, row) => sum + row[column], 0)).toBe(totals.training[column])
  })

  it('has a cell for each column in every row', () => {
    const table = costTable(networkTable(parse('INPUT 8x8x1 -> CONV3-2 -> RELU -> FC-3')))
    for (const row of [...table.rows, table.totals]) expect(row).toHaveLength(table.columns.length)
    expect(table.rows[1]).toEqual(['conv1', '3×3 s1 p1, 2 filters', '8×8×2', '20', '1,152', '3×3', '512 bytes'])
    // In place: no memory of its own.
    expect(table.rows[2]?.at(-1)).toBe('–')
  })
})

describe('the table of memory', () => {
  it('leaves out what no plan has, and ends with the arena', () => {
    const network = parse('INPUT 8x8x1 -> CONV3-2 -> RELU -> FC-3')
    const inference = plan(network).memory
    const { rows, totals } = memoryTable([['inference', inference]])
    expect(rows.map(([name]) => name)).not.toContain('optimizer state')
    expect(totals?.at(-1)).toBe(inference.arenaBytes.toLocaleString('en-US'))
    const two = memoryTable([
      ['inference', inference],
      ['training', plan(network, { mode: 'training', optimizer: 'adam' }).memory],
    ])
    expect(two.rows.map(([name]) => name)).toContain('optimizer state')
  })
})
