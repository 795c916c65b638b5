/** What of the screen is seen: the column on a narrow screen, the panel that fills it, and the sheet in front of it. */

import type { SheetName } from './sheets.ts'

export type PanelName = 'network' | 'notation' | 'plan' | 'train' | 'try' | 'mistakes' | 'inspector'

/** Columns, which are tabs on a narrow screen. */
export const columns = ['design', 'learn', 'inspect'] as const

class Layout {
  column = $state<(typeof columns)[number]>('learn')
  full = $state<PanelName | undefined>(undefined)
  sheet = $state<SheetName | undefined>(undefined)

  fill(panel: PanelName | undefined): void {
    this.full = panel
  }

  open(sheet: SheetName | undefined): void {
    this.sheet = sheet
  }
}

export const layout = new Layout()
