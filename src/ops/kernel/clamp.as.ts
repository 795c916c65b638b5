/** x within bounds: ReLU and ReLU6 at the store, without a branch: least is 0 or −∞, most 6 or ∞. In this order of operands a NaN is handed on. */
// @ts-ignore: decorator
@inline
export function clamp(x: v128, least: v128, most: v128): v128 {
  return f32x4.pmin(f32x4.pmax(x, least), most)
}
