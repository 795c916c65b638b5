// Networks for the tests of what pages load: together they have every word of the notation.

/** Each way to compute a layer that an option decides on. */
export const notations = [
  'INPUT 12x12x4 -> AVGPOOL2 -> BN -> ADD(ID | CONV3-4) -> CONCAT(ID | CONV1-3) -> WIDEN-9 -> GAP -> DROPOUT 0.5 -> FC-5',
  'INPUT 33x33x4 -> CONV3-4 g4 -> CONV3-8 g2 d2 -> CONV5-8 s2 -> POOL3 s2 ceil -> AVGPOOL3 s2 countpad -> BN -> FC-3 -> SOFTMAX',
  'INPUT 17x17x8 -> CONV3-8 g8 d2 -> BN -> RELU -> CONV5-8 g8 s3 nobias -> BN -> TANH -> CONV1-16 -> BN -> RELU6 -> FC-3',
  'INPUT 12x12x4 -> GN g2 -> LRN -> LN -> LRN3 map beta=0.5 -> LN volume -> L2POOL2 -> LCN3 -> IN noshift -> GMP -> BN noscale noshift',
  'INPUT 12x12x4 -> ADD(ID | CONV3-4) -> RELU -> CONV7x3-16 -> LRELU 0.1 -> SIGMOID -> GELU -> RELU6 -> RELU -> FC-9',
  'INPUT 9x9x4 -> MULTIPLY(ID | GAP -> CONV1-4 -> HARDSIGMOID) -> MULTIPLY(ID | TANH) -> HARDSWISH -> SILU -> MISH -> GELU approx=tanh -> FC-9',
  'INPUT 9x9x4 -> ELU -> SELU -> CELU -> SOFTPLUS -> SOFTSIGN -> EXP -> LOG -> SQRT -> RECIPROCAL -> PRELU -> PRELU shared -> MAXOUT2 -> SCALE 0.5 -> SCALE 1 learned -> DROPPATH 0.1 -> FC-9',
  'INPUT 9x9x8 -> CONCAT(SLICE-4 | SLICE-4 from4) -> SHUFFLE g2 -> PAD p1 reflect -> CROP to9 -> UPSAMPLE2 bilinear -> PIXELUNSHUFFLE2 -> PIXELSHUFFLE2 -> FLATTEN -> RESHAPE 18x18x8',
  'INPUT 5x5x8 -> TCONV4-16 s2 -> TCONV4-16 s2 g16 nobias -> TCONV3-8 nobias -> LOCAL3-4 -> FLATTEN -> TCONV3-9 p0 nobias -> LOSS huber',
]
