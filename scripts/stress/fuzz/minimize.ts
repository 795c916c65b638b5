/** Makes an input smaller while it fails in the same way: delta debugging (Zeller and Hildebrandt 2002), complements only. */

import type { Fuzzer } from './format.ts'
import { judge } from './judge.ts'

/** Readings at most. */
const patience = 150
/** Bytes; larger inputs are kept as they are. */
const largest = 65_536

export async function minimize(fuzzer: Pick<Fuzzer, 'read'>, bytes: Uint8Array): Promise<Uint8Array> {
  const wanted = await failureOf(fuzzer, bytes)
  if (wanted === undefined || bytes.length > largest) return bytes
  let smallest = bytes
  let left = patience
  for (let pieces = 2; left > 0 && smallest.length > 1; ) {
    const size = Math.ceil(smallest.length / pieces)
    let shorter: Uint8Array | undefined
    for (let at = 0; at < smallest.length && left > 0 && shorter === undefined; at += size, left--) {
      const tried = Buffer.concat([smallest.subarray(0, at), smallest.subarray(at + size)])
      if ((await failureOf(fuzzer, tried)) === wanted) shorter = tried
    }
    if (shorter !== undefined) {
      smallest = shorter
      pieces = Math.max(2, pieces - 1)
    } else if (size === 1) break
    else pieces = Math.min(2 * pieces, smallest.length)
  }
  return smallest
}

/** Class and message, without the numbers in it; undefined where nothing fails. */
async function failureOf(fuzzer: Pick<Fuzzer, 'read'>, bytes: Uint8Array): Promise<string | undefined> {
  try {
    await judge(fuzzer, bytes)
    return undefined
  } catch (error) {
    const { name, message } = error as Error
    return `${name} ${message.split('\n')[0]?.replaceAll(/\d+/g, '#')}`
  }
}
