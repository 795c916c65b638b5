/** The sections of `lenslet look`, in the order of the page. */

import { activationsSection } from './lookActivations.ts'
import { convolutionSection } from './lookConvolution.ts'
import { fieldSection } from './lookField.ts'
import { mapsSection } from './lookMaps.ts'
import type { LookSection } from './lookSection.ts'
import { spaceSection } from './lookSpace.ts'
import { unitsSection } from './lookUnits.ts'
import { weightsSection } from './lookWeights.ts'

export const lookSections: readonly LookSection[] = [
  mapsSection,
  fieldSection,
  activationsSection,
  weightsSection,
  convolutionSection,
  unitsSection,
  spaceSection,
]
