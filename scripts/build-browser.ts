// For pages that have neither a bundler nor an import map: an entry of the built package with everything that it imports,
// in one file. One has the whole front door, the other what a page needs that only predicts.

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { rolldown } from 'rolldown'
import { licenseBanner } from './licenses.ts'

/** By entry in the compiled package: the file that is made of it, and the kernels in it. */
const pageFiles = {
  'index.js': { fileName: 'lenslet.browser.js', kernels: 'pageKernels' },
  'predict.js': { fileName: 'lenslet.predict.js', kernels: 'predictKernels' },
} as const

/** Makes the files for pages in a folder that has the compiled package. */
export async function bundleForPages(folder: string): Promise<void> {
  for (const [entry, { fileName, kernels }] of Object.entries(pageFiles)) {
    await bundleEntry(folder, entry, fileName, kernels)
  }
}

async function bundleEntry(folder: string, entry: string, fileName: string, kernels: string): Promise<void> {
  const bundle = await rolldown({
    input: join(folder, entry),
    platform: 'browser',
    // The manifest's `imports` name the finished dist, which this folder is not yet.
    resolve: {
      alias: {
        '#platform': join(folder, 'platform/browser.js'),
        '#kernels': join(folder, `backends/wasm/gen/${kernels}.gen.js`),
        '#decode': join(folder, 'data/decode.browser.js'),
      },
    },
    onLog(level, log, handle) {
      handle(level === 'warn' ? 'error' : level, log)
    },
  })
  try {
    const { output } = await bundle.generate({
      format: 'esm',
      codeSplitting: false,
      // Errors are told apart by their class's name.
      minify: { mangle: { keepNames: { function: false, class: true } }, compress: { keepNames: names } },
    })
    const [chunk, ...others] = output
    const imports = [...chunk.imports, ...chunk.dynamicImports]
    if (others.length > 0 || imports.length > 0) {
      throw new Error(`${fileName} would not stand alone: ${[...imports, ...others.map((part) => part.fileName)]}`)
    }
    await writeFile(join(folder, fileName), (await licenseBanner(Object.keys(chunk.modules))) + chunk.code)
  } finally {
    await bundle.close()
  }
}

const names = { function: false, class: true }
