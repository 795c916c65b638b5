/**
 * Panels that are not seen at once and lie in front of the others when they are opened: `layout.open(name)`. Each is loaded
 * when it is first opened. One line a sheet: `pictures: () => import('../pictures/PicturesPanel.svelte')`; its title is
 * `words().sheets[name]`.
 */

import type { Component } from 'svelte'

export const sheets = {
  keys: () => import('./Keys.svelte'),
  take: () => import('../take/TakeSheet.svelte'),
  examples: () => import('../design/Examples.svelte'),
  pictures: () => import('../pictures/PicturesPanel.svelte'),
  pretrained: () => import('../pretrained/PretrainedPanel.svelte'),
} satisfies Readonly<Record<string, () => Promise<{ readonly default: Component }>>>

export type SheetName = keyof typeof sheets
