/** "Did you mean CONV?", where the notation's readers look for it. */

export { closest } from '../core/suggest.ts'
