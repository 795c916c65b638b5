// The package for Node: a few files instead of hundreds. Node finds, reads and links each module by itself: `lenslet` is 181
// of ours and 95 of zod's, and to import those took 120 ms where these few take 40. Bundlers get the small modules, of
// which they leave out what is not used.

import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { rolldown } from 'rolldown'
import { root } from './files.ts'
import { licenseBanner } from './licenses.ts'

/** Packages whose code is put into ours; the others are found as ever. */
const included = ['zod']

interface Manifest {
  readonly bin: { readonly lenslet: string }
  readonly exports: Readonly<Record<string, string | { readonly node?: string; readonly default: string }>>
  readonly dependencies: Readonly<Record<string, string>>
  readonly optionalDependencies: Readonly<Record<string, string>>
}

/**
 * Makes `node/` in a folder that has the compiled package: one file for each entry that the manifest has for Node, the
 * command among them, and what several of them use in files that they share, so that a class is the same by any name.
 */
export async function bundleForNode(folder: string): Promise<void> {
  const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as Manifest
  const { dependencies, optionalDependencies } = manifest
  const packages = Object.keys({ ...dependencies, ...optionalDependencies }).filter((name) => !included.includes(name))
  const bundle = await rolldown({
    input: { ...entriesOf(manifest, folder), [nameOf(manifest.bin.lenslet)]: join(folder, 'cli/main.js') },
    platform: 'node',
    // The kernels are a large part of the package, and one string: bundlers and Node share their file.
    external: [...packages, join(folder, kernels)],
    // The manifest's `imports` name the finished dist, which this folder is not yet.
    resolve: {
      alias: {
        '#platform': join(folder, 'platform/node.js'),
        '#kernels': join(folder, kernels),
        '#decode': join(folder, 'data/node/decode.js'),
      },
    },
    // Paths of the folder that this is made in would be in the files.
    experimental: { attachDebugInfo: 'none' },
    // How long plugins take says how busy the machine is, and nothing about the build.
    checks: { pluginTimings: false },
    onLog(level, log, handle) {
      handle(level === 'warn' ? 'error' : level, log)
    },
  })
  try {
    const { output } = await bundle.generate({
      dir: join(folder, 'node'),
      format: 'esm',
      entryFileNames: '[name].js',
      chunkFileNames: 'shared-[name].js',
      paths: { [join(folder, kernels)]: `../${kernels}` },
      codeSplitting: { groups: groups.map(([name, test], index) => ({ name, test, priority: groups.length - index })) },
      comments: { legal: true, annotation: true, jsdoc: false },
    })
    await mkdir(join(folder, 'node'))
    for (const part of output) {
      if (part.type !== 'chunk') throw new Error(`${part.fileName} is no JavaScript: nothing in src should make it.`)
      // Errors are told apart by their class's name.
      const renamed = /^(?:var|let|const) (\w+\$\d+) = class\b|^class (\w+\$\d+)/m.exec(part.code)
      if (renamed) throw new Error(`${part.fileName}: a class was renamed, and two must have one name: ${renamed[0]}`)
      const modules = Object.keys(part.modules)
      const banner = modules.some((path) => path.includes('node_modules')) ? await licenseBanner(modules) : ''
      await writeFile(join(folder, 'node', part.fileName), banner + part.code)
    }
  } finally {
    await bundle.close()
  }
}

/**
 * Which shared file a module goes to; the first that fits takes it, with all that it imports. So few, because each file
 * takes Node another half millisecond; not one, because the command's help and `lenslet/core` need but the first.
 */
const groups: readonly (readonly [name: string, test: RegExp])[] = [
  ['zod', /[\\/]node_modules[\\/]/],
  ['core', /[\\/]core[\\/]|[\\/]allowWide\.js$/],
  ['networks', /[\\/](ops|layers|network|notation|plan|zoo)[\\/]/],
  // What is imported dynamically stands alone: a file that only hands on another's is one too many for some bundlers.
  [
    'models',
    /[\\/](backends|model|train)[\\/](?!.*\b(claimed|evaluateBy|later|references)\.js$)|[\\/]data[\\/](?!node)/,
  ],
  ['inspect', /[\\/](insight|inspect)[\\/]/],
]

const kernels = 'backends/wasm/gen/kernels.gen.js'

/** The compiled file of each export, under the name that the manifest gives it for Node. */
function entriesOf({ exports }: Manifest, folder: string): Record<string, string> {
  const entries: Record<string, string> = {}
  for (const target of Object.values(exports)) {
    if (typeof target === 'string' || target.node === undefined) continue
    entries[nameOf(target.node)] = join(folder, target.default.replace('./dist/', ''))
  }
  return entries
}

const nameOf = (path: string) => basename(path, '.js')
