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

/** The page in parts. With `half`, weights are 16-bit floats, and the page is half as large. */
export async function writeApp(model: ExportedModel, options: WriteOptions = {}): Promise<Iterable<Uint8Array>> {
  const [engine, rare] = await Promise.all([readBundle('lenslet.predict.js'), readBundle('lenslet.rare.js')])
  const weights = writeLenslet(model, options)
  return encoded(pieces(engine, rare, weights))
}

function* pieces(engine: string, rare: string, model: Iterable<Uint8Array>): Generator<string> {
  const bytes = new TextEncoder()
  yield head
  yield body
  // As base64 no text can end its element.
  yield* data('engine', [bytes.encode(engine)])
  yield* data('rare', [bytes.encode(rare)])
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
