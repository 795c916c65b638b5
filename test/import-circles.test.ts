// The search for circles of imports, on made-up trees; imports.test.ts runs it over the sources.

import { describe, expect, it } from 'vitest'
import { importCircles } from './import-circles.ts'

const circlesOf = (files: Record<string, string>) =>
  importCircles(new Map(Object.entries(files))).map((circle) => circle.join(' -> '))

describe('the search for circles of imports', () => {
  it('finds two files that import each other, and three through a re-export', () => {
    expect(
      circlesOf({
        'src/b.ts': "import { a } from './a.ts'",
        'src/a.ts': "import { b } from './b.ts'",
        'src/x/start.ts': "import { b } from './b.ts'",
        'src/x/b.ts': "export { c } from './c.ts'",
        'src/x/c.ts': "import './d.ts'",
        'src/x/d.ts': "import { type T } from './b.ts'",
      }),
    ).toEqual(['src/a.ts -> src/b.ts -> src/a.ts', 'src/x/b.ts -> src/x/c.ts -> src/x/d.ts -> src/x/b.ts'])
  })

  it('finds a file that imports itself', () => {
    expect(circlesOf({ 'src/a.ts': "import { b } from './a.ts'" })).toEqual(['src/a.ts -> src/a.ts'])
  })

  it.each([
    ['import type', "import type { Attributes } from './op.ts'"],
    ['export type', "export type { Attributes } from './op.ts'"],
    ['export type *', "export type * from './op.ts'"],
    ['a type expression', "export type Attributes = import('./op.ts').Attributes"],
  ])('finds one that %s closes', (_, back) => {
    const files = { 'src/ops/op.ts': "import { run } from './reference.ts'", 'src/ops/reference.ts': back }
    expect(circlesOf(files)).toEqual(['src/ops/op.ts -> src/ops/reference.ts -> src/ops/op.ts'])
  })

  it('finds one of types alone', () => {
    expect(
      circlesOf({ 'src/a.ts': "import type { B } from './b.ts'", 'src/b.ts': "import type { A } from './a.ts'" }),
    ).toEqual(['src/a.ts -> src/b.ts -> src/a.ts'])
  })

  it('finds each circle of several that share files, by its shortest way', () => {
    expect(
      circlesOf({
        'op.ts': "import './reference.ts'\nimport './wasm.ts'",
        'reference.ts': "import type { Op } from './op.ts'",
        'wasm.ts': "import './rows.ts'\nimport './reference.ts'",
        'rows.ts': "import './op.ts'",
      }),
    ).toEqual([
      'op.ts -> reference.ts -> op.ts',
      'op.ts -> wasm.ts -> reference.ts -> op.ts',
      'op.ts -> wasm.ts -> rows.ts -> op.ts',
    ])
  })

  it('finds none where files meet again, leave for a package, or load later', () => {
    expect(
      circlesOf({
        'src/top.ts': "import './left.ts'\nimport './right.ts'",
        'src/left.ts': "import './bottom.ts'\nimport type { Z } from 'zod'",
        'src/right.ts': "import './bottom.ts'",
        'src/bottom.ts': "export const later = () => import('./top.ts')",
      }),
    ).toEqual([])
  })
})
