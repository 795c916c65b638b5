/** The error of every reader of PyTorch's files. */

import { ForeignFileError } from '../errors.ts'

export function invalid(
  received: string,
  expected: string,
  advice = 'fetch the file again; or save model.state_dict()',
): ForeignFileError {
  return new ForeignFileError('the file is damaged, or is not a state dict of PyTorch', { received, expected, advice })
}
