/** The sections of `lenslet look`, in the order of the page. */

import { fieldSection } from './lookField.ts'
import { mapsSection } from './lookMaps.ts'
import type { LookSection } from './lookSection.ts'

export const lookSections: readonly LookSection[] = [mapsSection, fieldSection]
