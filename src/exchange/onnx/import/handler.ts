/** What reads one operator. */

import type { Context } from './context.ts'
import type { Value } from './values.ts'

/** An operator's outputs. Throws `Obstacle` where it cannot become layers. */
export type Handler = (context: Context) => readonly Value[]
export type Handlers = Readonly<Record<string, Handler>>
