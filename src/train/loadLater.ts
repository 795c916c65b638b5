/** Gets what a page loads when it trains or evaluates. One import for both: they share a file. */

import { loadPart } from '../backends/parts.ts'

export const loadLater = () => loadPart('lenslet.loop.js', () => import('./later.ts'))
