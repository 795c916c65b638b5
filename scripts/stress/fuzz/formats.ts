/** All formats that Lenslet reads. */

import { caffeFormats } from './caffe.ts'
import { dataFormats } from './data.ts'
import { exchangeFormats } from './exchange.ts'
import type { Format } from './format.ts'
import { imageFormats } from './images.ts'
import { kerasFormats } from './keras.ts'
import { textFormats } from './text.ts'
import { weightFormats } from './weights.ts'

export const formats: readonly Format[] = [
  ...textFormats,
  ...weightFormats,
  ...dataFormats,
  ...imageFormats,
  ...exchangeFormats,
  ...caffeFormats,
  ...kerasFormats,
]
