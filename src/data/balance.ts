/** Notices about class counts: one class only, classes without test pictures, unbalanced classes. */
import { counted, listed, printable } from '../core/text.ts'
import type { DataNotice } from './dataset.ts'

/** From here on a model does well by answering the largest class, and the accuracy hides it. */
const unbalanced = 3

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
      kind: 'classes',
      count: 1,
      message: `there is only one class, ${printable(only)}: a training on it learns nothing`,
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
      message: `the classes are out of balance: ${printable(largest.name)} has ${counted(largest.count, 'training image')}, ${printable(smallest.name)} has ${smallest.count}`,
    })
  const lower = classes.map((name) => name.toLowerCase())
  const alike = classes.filter(
    (_, label) => lower.indexOf(lower[label] as string) !== lower.lastIndexOf(lower[label] as string),
  )
  if (alike.length > 0)
    notices.push({
      kind: 'classes',
      count: alike.length,
      message: `these classes differ only in upper and lower case: ${listed(alike)}`,
    })
  const total = classes.reduce((sum, _, label) => sum + (test[label] as number), 0)
  const untested = classes.filter((_, label) => test[label] === 0)
  if (total === 0) notices.push({ kind: 'split', count: 0, message: 'there are no test images' })
  else if (untested.length > 0)
    notices.push({
      kind: 'split',
      count: untested.length,
      message: `no test images of ${untested.length === 1 ? 'the class' : `${untested.length} classes:`} ${listed(untested)}`,
    })
  return notices
}
