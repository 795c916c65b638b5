/** GN and IN as ONNX. */

import { groupsForm } from '../normsOnnx.ts'

interface Attributes {
  readonly epsilon: number
}

export const groupNormForm = groupsForm<Attributes & { readonly groups: number }>(({ groups }) => groups)
export const instanceNormForm = groupsForm<Attributes>((_, channels) => channels)
