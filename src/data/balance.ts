/** What the counts of the classes say: one class only, classes without test pictures, classes out of balance. */
import { printable } from '../core/text.ts'
import type { DataNotice } from './dataset.ts'

/** From here on a model does well by answering the largest class, and the accuracy hides it. */
const unbalanced = 5

/**
 * @param train pictures of each class
 * @param test pictures of each class; all 0 where nothing is tested
 */
export function classNotices(
  classes: readonly string[],
  train: ArrayLike<number>,
  test: ArrayLike<number>,
): readonly DataNotice[] {
  const notices: DataNotice[] = []
  const [only] = classes
  if (classes.length === 1 && only !== undefined)
    notices.push({
      kind: 'balance',
      count: 1,
      message: `there is only one class, ${printable(only)}: every answer is right, so nothing is learned`,
    })
  const counts = classes.map((name, label) => ({ name, count: train[label] as number }))
  const [largest, smallest] = [
    counts.reduce((a, b) => (b.count > a.count ? b : a)),
    counts.reduce((a, b) => (b.count < a.count ? b : a)),
  ]
  if (largest.count >= unbalanced * smallest.count)
    notices.push({
      kind: 'balance',
      count: counts.filter(({ count }) => largest.count >= unbalanced * count).length,
      message: `the classes are out of balance: ${printable(largest.name)} has ${largest.count} training pictures, ${printable(smallest.name)} has ${smallest.count}`,
    })
  const total = classes.reduce((sum, _, label) => sum + (test[label] as number), 0)
  const untested = classes.filter((_, label) => test[label] === 0)
  if (total === 0)
    notices.push({ kind: 'split', count: 0, message: 'there are no test pictures, so nothing is tested' })
  else if (untested.length > 0)
    notices.push({
      kind: 'split',
      count: untested.length,
      message: `${untested.length === 1 ? '1 class has' : `${untested.length} classes have`} no test pictures: ${named(untested)}`,
    })
  return notices
}

function named(names: readonly string[]): string {
  const more = names.length - 5
  return [...names.slice(0, 5).map(printable), ...(more > 0 ? [`${more} more`] : [])].join(', ')
}
