/**
 * What the inspector shows of the selected layer, a tab each; its word is `words().inspect[name]`. All but the first are
 * loaded when they are opened.
 */

import type { Component } from 'svelte'
import Shape from './Shape.svelte'

export const tabs = {
  shape: async () => ({ default: Shape }),
  convolution: () => import('../understand/Understand.svelte'),
  filters: () => import('../look/Filters.svelte'),
  activations: () => import('../look/Activations.svelte'),
  matters: () => import('../look/Matters.svelte'),
  statistics: () => import('../look/Statistics.svelte'),
} satisfies Readonly<Record<string, () => Promise<{ readonly default: Component }>>>

export type TabName = keyof typeof tabs
