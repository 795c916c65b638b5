/** Which tab of the inspector is open. */

import type { TabName } from './tabs.ts'

class InspectorTabs {
  tab = $state<TabName>('shape')
}

export const inspector = new InspectorTabs()
