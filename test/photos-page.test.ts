// Photos classified in a page of headless Chromium as in the programs that networks come from: ONNX Runtime's answers on
// Pillow's crops. The page decodes with the browser's decoders, and scales with ours.

import { existsSync } from 'node:fs'
import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { modelFiles } from '../src/exchange/node/modelFiles.ts'
import { readModel } from '../src/exchange/read.ts'
import type { Classification } from '../src/model/classify.ts'
import { Model } from '../src/model/model.ts'
import { executablePath, launch } from './browser/chromium.ts'
import { type FolderServer, serve } from './browser/server.ts'
import { complaintsOf } from './browser/training.ts'
import { type Answers, differencesOf, goldenFolder, photoModels } from './fixtures/photos.ts'
import { installPacked, type PackedPackage } from './packed.ts'

const canRun = goldenFolder !== undefined && executablePath !== undefined && existsSync(executablePath)

describe.skipIf(!canRun)('photos in a page (skipped without ../shared/golden/photos or Chromium)', () => {
  let packed: PackedPackage
  let server: FolderServer
  let browser: Browser
  let golden: Readonly<Record<string, Answers>>
  let found: Readonly<Record<string, Readonly<Record<string, readonly Classification[]>>>>

  beforeAll(async () => {
    const shared = goldenFolder as URL
    packed = await installPacked()
    golden = JSON.parse(await readFile(new URL('golden/photos/top5.json', shared), 'utf8'))
    const photos = fileURLToPath(new URL('photos', shared))
    await mkdir(join(packed.folder, 'photos'))
    const known = (await readdir(photos)).filter((name) => Object.hasOwn(golden, name))
    for (const name of known) await copyFile(join(photos, name), join(packed.folder, 'photos', name))
    for (const { name, file, side, normalization } of photoModels) {
      const { network, weights, info } = await readModel(modelFiles(fileURLToPath(new URL(file, shared))))
      const preprocessing = { resize: { kind: 'shorter', side } } as const
      await using model = await Model.create(network, { weights, info: { ...info, normalization, preprocessing } })
      await writeFile(join(packed.folder, `${name}.lenslet`), model.encode())
    }
    const script = `
      import { Model } from './node_modules/lenslet/dist/lenslet.predict.js'
      const bytesOf = async (url) => new Uint8Array(await (await fetch(url)).arrayBuffer())
      const found = {}
      for (const name of ${JSON.stringify(photoModels.map(({ name }) => name))}) {
        const model = await Model.load(await bytesOf(name + '.lenslet'))
        found[name] = {}
        for (const photo of ${JSON.stringify(known)})
          found[name][photo] = await model.classify(new Blob([await bytesOf('photos/' + photo)]), { top: 10 })
        await model.dispose()
      }
      globalThis.done = found`
    await writeFile(
      join(packed.folder, 'photos.html'),
      `<!doctype html><meta charset="utf-8"><title>Photos</title><script type="module">${script}</script>`,
    )
    server = await serve(packed.folder)
    browser = await launch()
    const page = await browser.newPage()
    const complaints = complaintsOf(page)
    await page.goto(`${server.origin}/photos.html`)
    await page.waitForFunction('globalThis.done', undefined, { timeout: 60_000 }).catch((cause) => {
      throw new Error(complaints.join('\n'), { cause })
    })
    found = (await page.evaluate('globalThis.done')) as typeof found
  }, 120_000)
  afterAll(async () => {
    await browser?.close()
    server?.close()
    await packed?.remove()
  })

  it.each(photoModels)('$name gives the probabilities of ONNX Runtime', ({ name }) => {
    expect(Object.keys(golden).length).toBeGreaterThan(5)
    for (const [photo, answers] of Object.entries(golden)) {
      for (const { index, difference, most } of differencesOf(photo, answers[name], found[name]?.[photo]))
        expect(difference, `${photo}, class ${index}`).toBeLessThanOrEqual(most)
    }
  })
})
