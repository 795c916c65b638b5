// Names of classes that repeat, and files of them.
import { expect, it } from 'vitest'
import { distinctNames, parseClassNames } from './classNames.ts'

it('tells classes of one name apart by their numbers', () => {
  expect(distinctNames(['crane', 'tench', 'Crane', 'crane'])).toEqual(['crane (0)', 'tench', 'Crane', 'crane (3)'])
  expect(distinctNames(['a', 'a', 'a (0)'])).toEqual(['a (0)′', 'a (1)', 'a (0)'])
  expect(distinctNames([])).toEqual([])
})

it('reads a name per line, and the names of ImageNet’s synsets', () => {
  expect(parseClassNames('\uFEFFcat\r\nhot dog, with mustard\r\n\r\n')).toEqual(['cat', 'hot dog, with mustard'])
  const synsets = 'n01440764 tench, Tinca tinca\nn02012849 crane\nn03126707 crane\n'
  expect(parseClassNames(synsets)).toEqual(['tench, Tinca tinca', 'crane (1)', 'crane (2)'])
})
