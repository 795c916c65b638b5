/** Fits the text of a network to the images: its input to their size, its last layer to the number of classes. */

import { printVolume, type Volume } from 'lenslet/core'
import { fitHead, fitInput, headOf } from 'lenslet/network'
import { parseWithSpans, print } from 'lenslet/notation'

/**
 * Only the words that change are written anew, so that a person finds the text as it was.
 *
 * Throws what `parse`, `fitHead` and `fitInput` throw.
 */
export function fitText(text: string, classes: number, size?: Volume): string {
  const { network, spans } = parseWithSpans(text)
  const sized = size === undefined ? network : fitInput(network, size)
  const fitted = fitHead(sized, classes)
  const changed = fitted.nodes.filter((node, i) => node !== network.nodes[i])
  if (changed.length === 0) return text
  const head = headOf(fitted)
  const input = fitted.nodes[0]?.name
  const edits = [
    ...(size === undefined || input === undefined ? [] : [{ name: input, word: `INPUT ${printVolume(size)}` }]),
    ...(head === undefined || headOf(network)?.count === classes ? [] : [{ name: head.name, word: head.word }]),
  ]
  let written = text
  const placed = edits.flatMap(({ name, word }) => {
    const span = spans.get(name)
    return span === undefined ? [] : [{ ...span, word }]
  })
  for (const { offset, length, word } of placed.sort((a, b) => b.offset - a.offset))
    written = written.slice(0, offset) + word + written.slice(offset + length)
  return isSame(written, print(fitted)) ? written : print(fitted)
}

function isSame(text: string, printed: string): boolean {
  try {
    return print(parseWithSpans(text).network) === printed
  } catch {
    return false
  }
}
