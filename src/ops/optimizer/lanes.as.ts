/** What update rules are made of: `T` is v128 for four values, f32 for a single one (in all lanes). */

// @ts-ignore: decorator
@inline
export function read<T>(from: usize): v128 {
  return sizeof<T>() == 16 ? v128.load(from) : v128.load32_splat(from)
}

// @ts-ignore: decorator
@inline
export function write<T>(to: usize, v: v128): void {
  if (sizeof<T>() == 16) v128.store(to, v)
  else store<f32>(to, f32x4.extract_lane(v, 0))
}

/** gradientScale·gradient + weightDecay·p */
// @ts-ignore: decorator
@inline
export function decayed(g: v128, p: v128, scale: v128, weightDecay: v128): v128 {
  return f32x4.add(f32x4.mul(g, scale), f32x4.mul(p, weightDecay))
}

/** a·x + b·y */
// @ts-ignore: decorator
@inline
export function mixed(a: v128, x: v128, b: v128, y: v128): v128 {
  return f32x4.add(f32x4.mul(a, x), f32x4.mul(b, y))
}
