/** Numbers that are part of the plan: whoever binds it writes them once. */

import type { Program } from './types.ts'

/** Returns the program. */
export function withConstants<P extends Program>(program: P): P {
  for (const { id, values } of program.plan.buffers) if (values !== undefined) program.write(id, values)
  return program
}
