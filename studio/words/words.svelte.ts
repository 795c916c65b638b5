/** The words of the chosen language. */

import { store } from '../state/store.svelte.ts'
import { en, type Words } from './en.ts'
import { zh } from './zh.ts'

const languages: Readonly<Record<'en' | 'zh', Words>> = { en, zh }

export function words(): Words {
  return languages[store.language]
}
