// Tables and paragraphs fit terminals of any width, and control characters in names stay text.
import { describe, expect, it, vi } from 'vitest'
import type { TextTable } from '../inspect/costTable.ts'
import { costTable, networkTable } from '../inspect/costTable.ts'
import { columnsOf } from '../inspect/shorten.ts'
import { zoo } from '../zoo/zoo.ts'
import { printTable } from './table.ts'
import { wrap } from './wrap.ts'

/** Rows of each table that cli-table3 has drawn. */
const drawn = vi.hoisted((): number[] => [])
vi.mock(import('cli-table3'), async (original) => {
  const { default: Table } = await original()
  class Counted extends Table {
    override toString() {
      drawn.push(this.length)
      return super.toString()
    }
  }
  return { default: Counted as typeof Table }
})

const widest = (text: string) => Math.max(...text.split('\n').map(columnsOf))

describe('a table', () => {
  it.each([40, 60, 80, 100])('of a network fits %i columns', (width) => {
    for (const name of ['lenet5', 'vgg16', 'mobilenet-v2']) {
      const printed = printTable(costTable(networkTable(zoo.network(name))), width)
      expect(widest(printed)).toBeLessThanOrEqual(width)
      expect(printed).toMatch(/^layer .*parameters/)
    }
  })

  it('loses nothing where there is room', () => {
    const table = costTable(networkTable(zoo.network('lenet5')))
    const printed = printTable(table, Number.POSITIVE_INFINITY)
    for (const { title } of table.columns) expect(printed).toContain(title)
    expect(printTable(table, widest(printed))).toBe(printed)
    expect(printTable(table, widest(printed) - 1)).not.toContain('sees')
  })

  const names: TextTable = {
    columns: [
      { title: 'class', align: 'left' },
      { title: 'n', align: 'right' },
    ],
    rows: [
      ['Ailuropoda melanoleuca, the giant panda', '12'],
      ['\u001b[31mred\u0007\nnext', '3'],
      ['大熊猫', '4'],
    ],
  }

  it('shortens names that are too long, and keeps numbers', () => {
    const printed = printTable(names, 20)
    expect(widest(printed)).toBeLessThanOrEqual(20)
    expect(printed).toMatch(/Ailuropoda mela…\s+12/)
  })

  it('shows control characters as escapes, and lines up wide letters', () => {
    const printed = printTable(names, 80)
    expect(printed).toContain('\\u001b[31mred\\u0007\\u000anext')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(printed).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/)
    const [, , ...rows] = printed.split('\n')
    expect(new Set(rows.map(columnsOf)).size).toBe(1)
  })
})

describe('a paragraph', () => {
  it('is broken at spaces, and loses no word', () => {
    const text = '  one two three four five six seven eight nine ten'
    const wrapped = wrap(text, 20, '    ')
    expect(widest(wrapped)).toBeLessThanOrEqual(20)
    expect(wrapped.split(/\s+/)).toEqual(text.split(/\s+/))
    expect(wrapped.split('\n').map((line) => /^ */.exec(line)?.[0].length)).toEqual([2, 4, 4])
  })

  it('keeps a word that is too long whole, and short lines as they are', () => {
    expect(wrap('see https://example.org/a/long/address now', 12)).toBe('see\nhttps://example.org/a/long/address\nnow')
    expect(wrap('a\nb', 12)).toBe('a\nb')
  })

  it('does not count styles', () => {
    expect(wrap('\u001b[1mone\u001b[22m two', 7)).toBe('\u001b[1mone\u001b[22m two')
  })
})

describe('a long table', () => {
  /** Cells and rows that are looked at, by the methods that go over them. */
  const lookedAt = (count: number) => {
    const rows = Array.from({ length: count }, (_, row) => [`layer${row}`, `${row}`])
    const columns = [
      { title: 'layer', align: 'left' },
      { title: 'n', align: 'right' },
    ] as const
    let looks = 0
    // By hand: the test runner's spies use these methods themselves.
    const counted = (holder: object, name: string) => {
      const original = Reflect.get(holder, name) as (...args: unknown[]) => unknown
      const count = function (this: unknown, ...args: unknown[]) {
        looks++
        return Reflect.apply(original, this, args)
      }
      Object.defineProperty(holder, name, { value: count, configurable: true, writable: true })
      return () => Object.defineProperty(holder, name, { value: original, configurable: true, writable: true })
    }
    const names = ['forEach', 'map', 'push', 'reduce', 'some', 'splice', 'unshift', 'find', 'filter', 'concat']
    const restore = [...names.map((name) => counted(Array.prototype, name)), counted(RegExp.prototype, 'test')]
    try {
      printTable({ columns, rows }, 80)
      return looks
    } finally {
      for (const each of restore) each()
    }
  }

  it('of twice as many rows takes twice as many looks', () => {
    const few = lookedAt(400)
    expect(few).toBeGreaterThan(400)
    expect(lookedAt(800) / few).toBeLessThan(2.1)
  })

  it('of twice as many rows takes cli-table3 twice as long, whose time is the square of the rows of each of its tables', () => {
    const squares = (count: number) => {
      drawn.length = 0
      printTable({ columns: [{ title: 'n', align: 'right' }], rows: Array.from({ length: count }, (_, n) => [`${n}`]) })
      return drawn.reduce((sum, rows) => sum + rows ** 2, 0)
    }
    expect(squares(400)).toBeGreaterThan(400)
    expect(squares(800) / squares(400)).toBeLessThan(2.1)
  })

  it.each([97, 98, 99, 250])('of %i rows has the same columns from top to bottom, and each row once', (count) => {
    const rows = Array.from({ length: count }, (_, row) => [`layer${row}`, `${row}`])
    const columns = [
      { title: 'layer', align: 'left' },
      { title: 'n', align: 'right' },
    ] as const
    const totals = ['total of all the layers', '1,234,567']
    const lines = printTable({ columns, rows, totals }, 80).split('\n')
    const widths = [23, 9] as const
    const line = ([name = '', n = '']: readonly string[]) => `${name.padEnd(widths[0])}  ${n.padStart(widths[1])}`
    const rule = widths.map((width) => '─'.repeat(width))
    expect(lines).toEqual([['layer', 'n'], rule, ...rows, rule, totals].map(line))
  })
})
