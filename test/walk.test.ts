// The walk of a newcomer who has only the README: from a folder of 300 JPEGs in four classes to a page that classifies a
// dropped photo. The commands and the page are those of README.md and docs/your-pictures.md; only the epochs are fewer.

import { execFile } from 'node:child_process'
import { copyFile, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { executablePath, launch } from './browser/chromium.ts'
import { type FolderServer, serve } from './browser/server.ts'
import { fencesOf, pages } from './docs/fences.ts'
import { writePhotos } from './docs/photos.ts'
import { installPacked, type PackedPackage } from './packed.ts'

const run = promisify(execFile)
const classes = ['cat', 'dog', 'horse', 'other']
const limits = { timeout: 120_000 }

const fencesIn = (path: string) => pages.filter((page) => page.path === path).flatMap(fencesOf)
const fence = (path: string, file: string) => fencesIn(path).find((one) => one.file === file)?.body ?? ''
/** The README's block that trains on a folder. */
const commands = (fencesIn('README.md').find(({ body }) => body.includes('--data images:photos --size'))?.body ?? '')
  .trim()
  .split('\n')

let packed: PackedPackage
beforeAll(async () => {
  packed = await installPacked()
  await writePhotos(join(packed.folder, 'photos'), classes, 75)
  await copyFile(join(packed.folder, 'photos/dog/3.jpg'), join(packed.folder, 'new.jpg'))
}, 120_000)
afterAll(() => packed?.remove())

/** A command of the document, by the installed package. */
async function lenslet(line: string): Promise<string> {
  const words = line
    .replace(/^npx lenslet /, '')
    .replace('--epochs 20', '--epochs 3')
    .split(' ')
  const command = join(packed.folder, 'node_modules/lenslet/dist/node/cli.js')
  const { stdout, stderr } = await run(process.execPath, [command, ...words], { cwd: packed.folder })
  return stdout + stderr
}

describe('from a folder to a page', limits, () => {
  it('init looks at the images, and writes a network', async () => {
    expect(await lenslet('npx lenslet init photos')).toMatch(/300[\s\S]*photos\.net[\s\S]*lenslet train photos\.net/)
    expect(await readFile(join(packed.folder, 'photos.net'), 'utf8')).toMatch(/INPUT[\s\S]*FC-4/)
  })

  it('the README’s commands train, evaluate and predict', async () => {
    expect(commands).toHaveLength(3)
    const [train = '', evaluate = '', predict = ''] = commands
    expect(await lenslet(train)).toMatch(/FC-10 becomes FC-4/)
    expect(await readdir(join(packed.folder, 'animals'))).toEqual(
      expect.arrayContaining(['model.lenslet', 'report.html', 'checkpoint.safetensors']),
    )
    const table = await lenslet(evaluate)
    for (const name of classes) expect(table).toContain(name)
    expect(await lenslet(predict)).toContain('dog')
  })

  it('the README’s program classifies a photo', async () => {
    await writeFile(join(packed.folder, 'photo.mjs'), fence('README.md', 'photo.mjs'))
    const { stdout } = await run(process.execPath, ['photo.mjs'], { cwd: packed.folder })
    expect(stdout.match(/class: '\w+'/g)).toHaveLength(3)
    expect(stdout).toMatch(/^\[\s+\{ class: 'cat'/)
  })

  describe.skipIf(executablePath === undefined)('the page (skipped where no Chromium is installed)', limits, () => {
    let browser: Browser
    let server: FolderServer
    beforeAll(async () => {
      const { folder } = packed
      await writeFile(join(folder, 'classify.html'), fence('docs/your-pictures.md', 'classify.html'))
      await copyFile(join(folder, 'animals/model.lenslet'), join(folder, 'model.lenslet'))
      browser = await launch()
      server = await serve(folder)
    }, 60_000)
    afterAll(async () => {
      await browser?.close()
      server?.close()
    })

    it('answers for a photo that is chosen, and for one that is dropped', async () => {
      const tab = await browser.newPage()
      await tab.goto(`${server.origin}/classify.html`)
      const answer = () => tab.locator('#answer').innerText()
      await expect.poll(answer, { timeout: 20_000 }).toBe('ready')
      await tab.locator('#photo').setInputFiles(join(packed.folder, 'photos/horse/5.jpg'))
      await expect.poll(answer, { timeout: 20_000 }).toMatch(/^5\.jpg\nhorse: [\d.]+ %\n/)
      await tab.evaluate(async () => {
        const bytes = await (await fetch('photos/dog/4.jpg')).arrayBuffer()
        const dataTransfer = new DataTransfer()
        dataTransfer.items.add(new File([bytes], 'dropped.jpg', { type: 'image/jpeg' }))
        document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }))
      })
      await expect.poll(answer, { timeout: 20_000 }).toMatch(/^dropped\.jpg\ndog: [\d.]+ %\n/)
      await tab.close()
    })
  })
})
