/** The words of the chosen language. A page loads those of one language, and of the other when it is switched. */

import type { Words } from './en.ts'

const languages: Readonly<Record<'en' | 'zh', () => Promise<Words>>> = {
  en: async () => (await import('./en.ts')).en,
  zh: async () => (await import('./zh.ts')).zh,
}

let spoken = $state.raw<Words | undefined>(undefined)
let asked: 'en' | 'zh' | undefined

/** Before anything is drawn, and whenever the language is switched. Where it cannot be loaded, the one before stays. */
export async function speak(language: 'en' | 'zh'): Promise<void> {
  asked = language
  const found = await languages[language]()
  if (asked === language) spoken = found
}

export function words(): Words {
  if (spoken === undefined) throw new Error('the words of a language are used before they are loaded')
  return spoken
}
