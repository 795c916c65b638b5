import { describe, expect, it } from 'vitest'
import { dataName, tidied } from './runReport.ts'

describe('a report', () => {
  it.each([
    ['mnist', 'mnist'],
    ['mnist:/home/me/data', 'mnist'],
    ['images:/home/me/pictures/pets', 'pets'],
    ['images:/home/me/pictures/pets/', 'pets'],
    ['images:C:\\Users\\me\\pets', 'pets'],
    ['images:./my: pets', 'my: pets'],
    ['images:/', 'images'],
  ])('names the data %s without its path', (data, name) => {
    expect(dataName(data)).toBe(name)
  })

  it('has numbers as people write them', () => {
    expect(tidied('one-cycle, warmup 1.7999999999999998, start 0.04, final 4.000000000000001e-7')).toBe(
      'one-cycle, warmup 1.8, start 0.04, final 4e-7',
    )
    expect(tidied('rate 0.30000000000000004')).toBe('rate 0.3')
    expect(tidied('rate 0.000125, seed 1234567890')).toBe('rate 0.000125, seed 1234567890')
  })
})
