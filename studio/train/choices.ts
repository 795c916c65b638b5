/** What the controls of a training offer. The library checks every value; these are the ones that a person chooses from. */

/** Optimizers with the rate that the library takes where none is given. */
export const optimizerRates: Readonly<Record<string, number>> = {
  sgd: 0.01,
  momentum: 0.01,
  nesterov: 0.01,
  adagrad: 0.01,
  rmsprop: 0.01,
  adam: 0.001,
  adamw: 0.001,
  adadelta: 1,
  muon: 0.02,
}

export const scheduleNames = ['constant', 'step', 'cosine', 'one-cycle', 'linear', 'triangular'] as const

/** Augmentations as on the command line, for images that are drawn and for photographs. */
export const augmentChoices = [
  '',
  'crop2',
  'crop2,rotate10,scale0.1',
  'flip',
  'flip,crop4',
  'flip,crop4,cutout8',
] as const
