/** Class weights: the mean over a batch is divided by the sum of the weights of its labels, as PyTorch's is. */

/**
 * What each loss is multiplied by so that the plain mean over the batch is the weighted mean: batch / Σ weights[label]. 1
 * without weights (0), 0 where all weights are 0, NaN for a label that does not exist.
 */
export function weightedMean(labels: usize, weights: usize, batch: i32, classes: i32): f64 {
  if (weights == 0) return 1
  let sum: f64 = 0
  for (let row = 0; row < batch; row++) sum += weightOf(labels + (<usize>row << 2), weights, classes)
  return sum == 0 ? 0 : <f64>batch / sum
}

/** The weight of the class that `label` points to; 1 without weights. */
export function weightOf(label: usize, weights: usize, classes: i32): f64 {
  const index = load<u32>(label)
  if (index >= <u32>classes) return NaN
  return weights == 0 ? 1 : <f64>load<f32>(weights + (<usize>index << 2))
}
