/** Scores of any number of pictures, by runs of a program that gives scores for so many or fewer. */

import type { Program } from '../backends/types.ts'
import { runsOf } from '../plan/sizes.ts'
import type { Read } from './order.ts'

/**
 * Writes the scores of `count` pictures [n, h, w, c] into `results`, [n, scores], in one use of the program. The values are
 * taken at the call: what is not yet in the program when this returns is copied.
 */
export function scoresOf(
  read: Read,
  programFor: () => Program | Promise<Program>,
  pictures: Float32Array,
  count: number,
  results: Float32Array,
): Promise<Float32Array> {
  const each = pictures.length / count
  const scores = results.length / count
  let rest = pictures
  let restFrom = 0
  let written = 0
  const result = read(async () => {
    const held = programFor()
    const program = held instanceof Promise ? await held : held
    const { ports, sections } = program.plan
    const output = ports.scores ?? ports.output
    let first = 0
    for (const size of runsOf(count, sections.scores?.sizes ?? [])) {
      const end = Math.min(first + size, count)
      program.write(ports.pictures, rest.subarray((first - restFrom) * each, (end - restFrom) * each))
      written = end
      await program.run({ section: 'scores', pictures: size })
      const into = results.subarray(first * scores, end * scores)
      if (program.view) into.set(program.view(output).subarray(0, into.length))
      else await program.read(output, into)
      first = end
    }
    return results
  })
  if (written < count) {
    rest = pictures.slice(written * each)
    restFrom = written
  }
  return result
}
