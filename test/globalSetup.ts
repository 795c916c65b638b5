// Tests run from the sources; the one thing they need built is the kernel module. A kernel that does
// not compile is left out here and fails its own tests; the build proper refuses it.

import { buildKernels } from '../scripts/build-kernels.ts'

export async function setup(): Promise<void> {
  await buildKernels({ leaveOut: true })
}
