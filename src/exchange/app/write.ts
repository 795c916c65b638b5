/**
 * One page with a model and all that runs it, for showing the model to others: it needs no server and no network, and opens
 * from a folder. Pages from `file:` are not cross-origin isolated, so it runs in one thread.
 */

import { writeLenslet } from '../lenslet/write.ts'
import type { ExportedModel, WriteOptions } from '../types.ts'
import { base64 } from './base64.ts'
import { readBundle } from './engine.ts'
import { body, head } from './page.ts'
import { script } from './script.ts'

/** The bundle, and the parts that it loads when it needs them: in the page, each is an element by this name. */
const bundles = { engine: 'lenslet.predict.js', rare: 'lenslet.rare.js', images: 'lenslet.images.js' } as const

/** The page in parts. With `half`, weights are 16-bit floats, and the page is half as large. */
export async function writeApp(model: ExportedModel, options: WriteOptions = {}): Promise<Iterable<Uint8Array>> {
  const texts = await Promise.all(
    Object.entries(bundles).map(async ([name, file]) => [name, await readBundle(file)] as const),
  )
  return encoded(pieces(texts, writeLenslet(model, options)))
}

function* pieces(
  texts: readonly (readonly [name: string, text: string])[],
  model: Iterable<Uint8Array>,
): Generator<string> {
  const bytes = new TextEncoder()
  yield head
  yield body
  // As base64 no text can end its element.
  for (const [name, text] of texts) yield* data(name, [bytes.encode(text)])
  yield* data('model', model)
  yield `<script type="module">\n${script}</script>\n</html>\n`
}

function* data(id: string, parts: Iterable<Uint8Array>): Generator<string> {
  yield `<script type="application/base64" id="${id}">`
  yield* base64(parts)
  yield '</script>\n'
}

function* encoded(texts: Iterable<string>): Generator<Uint8Array> {
  const encoder = new TextEncoder()
  for (const text of texts) yield encoder.encode(text)
}
