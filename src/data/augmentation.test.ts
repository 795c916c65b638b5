// Augmentation as text and as data.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Augmentation, checkAugmentation, parseAugmentation, printAugmentation } from './augmentation.ts'
import { AugmentationError } from './errors.ts'

describe('parseAugmentation', () => {
  it('reads the words in any order and case', () => {
    expect(parseAugmentation('flip,crop4,cutout8')).toEqual({ flip: true, crop: 4, cutout: 8 })
    expect(parseAugmentation(' Cutout16 , reflect,crop2')).toEqual({ crop: 2, border: 'reflect', cutout: 16 })
    expect(parseAugmentation('none')).toEqual({})
    expect(parseAugmentation('')).toEqual({})
  })

  it('reads back what it prints', () => {
    const rows = fc.record<Augmentation>(
      {
        flip: fc.constant(true),
        crop: fc.integer({ min: 1, max: 9999 }),
        border: fc.constant('reflect' as const),
        cutout: fc.integer({ min: 1, max: 9999 }),
      },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(rows, (row) => {
        expect(parseAugmentation(printAugmentation(row))).toEqual(row)
      }),
    )
    expect(printAugmentation({})).toBe('none')
  })

  it.each(['flop', 'crop', 'crop-1', 'crop4.5', 'flip crop4', 'crop99999'])(
    'refuses "%s", naming what is known',
    (text) => {
      expect(() => parseAugmentation(text)).toThrow(AugmentationError)
      expect(() => parseAugmentation(text)).toThrow(/flip, crop4 .*, reflect .*, cutout8/)
    },
  )

  it('refuses a word that stands twice', () => {
    expect(() => parseAugmentation('crop4,crop2')).toThrow(/"crop2" stands twice/)
  })
})

describe('checkAugmentation', () => {
  const volume = { height: 5, width: 8, channels: 1 }
  it('lets pass what fits', () => {
    expect(() => checkAugmentation({ crop: 4, cutout: 5 }, volume)).not.toThrow()
  })
  it.each([{ crop: 5 }, { cutout: 6 }, { crop: -1 }, { cutout: 1.5 }, { crop: Number.NaN }])('refuses %j', (row) => {
    expect(() => checkAugmentation(row, volume)).toThrow(/images of 5×8/)
  })
})
