/** The names of Pillow's filters, apart from what they do: pages load that when they scale an image. */

export const interpolations = ['bilinear', 'bicubic', 'nearest', 'box', 'lanczos'] as const
export type Interpolation = (typeof interpolations)[number]
