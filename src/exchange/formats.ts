/** Every format of other programs. A new one is a folder and a line here. */

import type { Format } from './types.ts'

export const formats: readonly Format[] = []
