/** A list of ten thousand images puts a screenful on the page. */

import { expect, test } from 'vitest'
import { pageSize, pagesFor, visible } from './rows.ts'

test('a screenful and a little more', () => {
  const view = { height: 400, cell: 80, across: 10, count: 10_000 }
  expect(visible({ ...view, top: 0 })).toEqual({ from: 0, to: 70 })
  expect(visible({ ...view, top: 40_000 })).toEqual({ from: 4980, to: 5070 })
  expect(visible({ ...view, top: 79_700 })).toEqual({ from: 9940, to: 10_000 })
  expect(visible({ ...view, count: 0, top: 0 })).toEqual({ from: 0, to: 0 })
})

test('parts cover what is seen', () => {
  expect(pagesFor({ from: 0, to: 0 })).toEqual([0])
  expect(pagesFor({ from: 0, to: pageSize })).toEqual([0])
  expect(pagesFor({ from: pageSize - 1, to: 2 * pageSize + 1 })).toEqual([0, 1, 2])
})
