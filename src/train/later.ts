/** What a page loads when it trains or evaluates. */

export { trainClaimed } from './claimed.ts'
export { evaluateBy, probabilitiesLoaded } from './evaluateBy.ts'
