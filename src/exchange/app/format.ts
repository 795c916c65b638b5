/** A page that holds a model and classifies with it, as a format that is only written. */

import type { Format } from '../types.ts'

export const app: Format = {
  name: 'a page of its own',
  endings: ['.html'],
  writeModel: async (model, options) => (await import('./write.ts')).writeApp(model, options),
}
