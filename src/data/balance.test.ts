// What the counts of the classes say.
import { describe, expect, it } from 'vitest'
import { classNotices } from './balance.ts'

const says = (classes: string[], train: number[], test: number[]) =>
  classNotices(classes, train, test).map(({ message }) => message)

describe('classNotices', () => {
  it('says nothing of classes that are nearly equal', () => {
    expect(says(['a', 'b'], [29, 10], [3, 1])).toEqual([])
  })

  it.each<[classes: string[], train: number[], test: number[], says: RegExp]>([
    [['cat'], [5], [1], /^there is only one class, cat/],
    [['cat', 'dog'], [30, 10], [1, 1], /^the classes are out of balance: cat has 30 training images, dog has 10$/],
    [['cat', 'dog'], [5, 5], [1, 0], /^no test images of the class dog$/],
    [['a', 'b', 'c'], [5, 5, 5], [0, 1, 0], /^no test images of 2 classes: a, c$/],
    [['cat', 'dog'], [5, 5], [0, 0], /^there are no test images$/],
    [['Cat', 'cat', 'dog'], [5, 5, 5], [1, 1, 1], /upper and lower case: Cat, cat$/],
    [['\u001b[1mcat'], [5], [1], /only one class, \\u001b\[1mcat/],
  ])('%j with %j and %j', (classes, train, test, message) => {
    expect(says(classes, train, test)).toEqual([expect.stringMatching(message)])
  })
})
