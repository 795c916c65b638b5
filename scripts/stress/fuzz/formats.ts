/** All formats that a reader of ours reads. */

import { dataFormats } from './data.ts'
import type { Format } from './format.ts'
import { imageFormats } from './images.ts'
import { textFormats } from './text.ts'
import { weightFormats } from './weights.ts'

export const formats: readonly Format[] = [...textFormats, ...weightFormats, ...dataFormats, ...imageFormats]
