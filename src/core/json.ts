/**
 * JSON from outside. `JSON.parse` takes any depth, but what walks over the value afterwards (`JSON.stringify`,
 * `structuredClone`, our own code) takes a frame of the stack for each level, and a text of 16 kB can have 8,000 of them. So
 * the depth is checked first, without recursion.
 */

import { LensletError } from './errors.ts'

/** Lists and objects inside each other. Our own files have at most 6. */
const deepest = 64

/** A value whose lists and objects are nested too deeply, or contain themselves. */
export class DepthError extends LensletError {}

/**
 * @throws {SyntaxError} not JSON
 * @throws {DepthError} nested too deeply
 */
export function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text)
  checkDepth(value)
  return value
}

/**
 * Time and memory are linear in the value, also where parts are shared.
 * @throws {DepthError} lists and objects are nested too deeply
 */
export function checkDepth(value: unknown): void {
  let level = new Set([value].filter(isContainer))
  for (let depth = 1; level.size > 0; depth++) {
    if (depth > deepest) {
      throw new DepthError('lists and objects are nested too deeply', {
        received: `more than ${deepest} inside each other`,
        expected: `at most ${deepest}`,
      })
    }
    const next = new Set<object>()
    for (const container of level) for (const part of Object.values(container)) if (isContainer(part)) next.add(part)
    level = next
  }
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
