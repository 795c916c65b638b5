// The packed tarball: what is in it, and that Node and the compiler can use it through its public names alone.

import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { delimiter, join, posix } from 'node:path'
import { gzipSync } from 'node:zlib'
import { rolldown } from 'rolldown'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { root } from '../scripts/files.ts'
import { writeBars } from './fixtures/cli.ts'
import { importsOf } from './import-edges.ts'
import { installPacked, type PackedPackage } from './packed.ts'

interface Manifest {
  readonly version: string
  readonly bin: { readonly lenslet: string }
  readonly dependencies: Record<string, string>
  readonly optionalDependencies: Record<string, string>
  readonly scripts: Record<string, string>
  readonly imports: Record<string, unknown>
  readonly exports: Record<string, unknown>
}

const frontDoor = ['parse', 'print', 'plan', 'Model', 'train', 'zoo']

let packed: PackedPackage
let manifest: Manifest
beforeAll(async () => {
  packed = await installPacked()
  manifest = JSON.parse(await readFile(join(packed.folder, 'node_modules/lenslet/package.json'), 'utf8'))
}, 60_000)
afterAll(() => packed?.remove())

/** Paths behind a manifest's conditions; those for the repository itself (`lenslet-source`) left out. */
function targets(entry: unknown): string[] {
  if (typeof entry === 'string') return [entry.replace(/^\.\//, '')]
  return Object.entries(entry as object).flatMap(([name, value]) => (name === 'lenslet-source' ? [] : targets(value)))
}

describe('the tarball', () => {
  it('has the built package, its documentation and licence, and nothing else of the repository', () => {
    const expected = /^(?:dist\/|docs\/(?:(?:decisions|zh)\/)?[\w-]+\.md$|python\/lenslet\/\w+\.py$)/
    const others = packed.files.filter((file) => !expected.test(file))
    expect(others.toSorted()).toEqual([
      'CONTRIBUTING.md',
      'LICENSE',
      'README.md',
      'README.zh-CN.md',
      'package.json',
      'python/lenslet_torch.py',
      'python/train.py',
    ])
    expect(packed.files).toEqual(
      expect.arrayContaining([
        'python/lenslet/trainer.py',
        'docs/tour.md',
        'docs/zh/tour.md',
        'docs/decisions/README.md',
      ]),
    )
    expect(packed.files.filter((file) => /\.test\.|\/testing\/|\/\.|(?<!\.d)\.ts$/.test(file))).toEqual([])
  })

  it('stays small', () => {
    expect(packed.bytes).toBeLessThan(2_700_000)
  })

  it.each([
    ['lenslet.browser.js', 131_000, ['images', 'loop', 'rare', 'reference', 'training']],
    ['lenslet.predict.js', 90_000, ['images', 'rare', 'reference', 'training']],
    // Loaded when a network, a training or a backend needs them.
    ['lenslet.loop.js', 20_000, []],
    ['lenslet.training.js', 18_000, []],
    ['lenslet.rare.js', 14_000, []],
    ['lenslet.reference.js', 18_000, []],
    ['lenslet.images.js', 2000, []],
  ])(
    'has %s for pages, which imports nothing but its parts, names its licence and is at most %i bytes by gzip',
    async (name, most, parts) => {
      const bytes = await readFile(join(packed.folder, 'node_modules/lenslet/dist', name))
      const text = bytes.toString()
      const imports = importsOf(name, text).map(({ specifier, kind }) => `${kind} ${specifier}`)
      expect([...new Set(imports)].toSorted()).toEqual(parts.map((part) => `dynamic ./lenslet.${part}.js`))
      expect(text).not.toMatch(/import\(`/)
      expect(text.slice(0, text.indexOf('*/'))).toMatch(/lenslet [\d.]+, Apache-2\.0/)
      expect(/ZodError/.test(text)).toBe(false)
      expect(gzipSync(bytes, { level: 9 }).length).toBeLessThanOrEqual(most)
    },
  )

  it('is a few files in Node, which need only what is declared, and zod not at all', async () => {
    const folder = 'node_modules/lenslet/'
    const declared = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies })
    const texts = new Map<string, string>()
    const packages = new Set<string>()
    const read = async (file: string, from: Set<string>): Promise<void> => {
      if (from.has(file)) return
      from.add(file)
      if (!texts.has(file)) texts.set(file, await readFile(join(packed.folder, folder, file), 'utf8'))
      for (const { specifier } of importsOf(file, texts.get(file) ?? '')) {
        if (specifier.startsWith('.')) await read(posix.join(posix.dirname(file), specifier), from)
        else if (!specifier.startsWith('node:')) packages.add(specifier)
      }
    }
    const entries = Object.values(manifest.exports).flatMap((entry) => (entry as { node?: string }).node ?? [])
    expect(entries).toHaveLength(Object.keys(manifest.exports).length - 3)
    for (const entry of [...entries, manifest.bin.lenslet]) await read(posix.normalize(entry), new Set())
    expect([...packages].filter((name) => name === 'zod' || !declared.includes(name))).toEqual([])
    const front = new Set<string>()
    await read('dist/node/index.js', front)
    expect(front.size).toBeLessThan(25)
    const [zod] = [...texts.values()].filter((text) => text.includes('$ZodAsyncError'))
    expect(zod?.slice(0, zod.indexOf('*/'))).toMatch(/lenslet [\d.]+, Apache-2\.0[\s\S]*zod [\d.]+\s+MIT License/)
  })

  it('runs nothing at a user’s install', () => {
    for (const hook of ['preinstall', 'install', 'postinstall']) expect(manifest.scripts).not.toHaveProperty(hook)
  })

  it('has every file that its exports, imports and commands name', () => {
    const named = [manifest.exports, manifest.imports, manifest.bin].flatMap(targets)
    expect(named.length).toBeGreaterThan(10)
    expect(named.filter((file) => !packed.files.includes(file))).toEqual([])
  })
})

describe('a user', () => {
  const machineNodes = (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => !folder.includes('node_modules'))
    .map((folder) => join(folder, 'node'))
    .filter((file) => existsSync(file))
  const versions = new Map(
    [process.execPath, ...machineNodes].map((file) => [
      execFileSync(file, ['--version'], { encoding: 'utf8' }).trim(),
      file,
    ]),
  )

  it.each([...versions])('imports every public subpath on Node %s', async (_, node) => {
    const subpaths = Object.keys(manifest.exports).filter((name) => name !== './package.json')
    const script = `
      for (const name of ${JSON.stringify(subpaths)}) await import(name.replace('.', 'lenslet'))
      console.log(JSON.stringify(Object.keys(await import('lenslet'))))`
    await writeFile(join(packed.folder, 'use.js'), script)
    const { stdout, stderr } = spawnSync(node, ['use.js'], { cwd: packed.folder, encoding: 'utf8' })
    expect(stderr).toBe('')
    expect(JSON.parse(stdout)).toEqual(expect.arrayContaining(frontDoor))
  })

  it.each([...versions])(
    'gets one thing by all names, and scores from two threads, on Node %s',
    async (_, node) => {
      const script = `
      import { LensletError, Model, networkFromJson, parse } from 'lenslet'
      import { LensletError as same } from 'lenslet/core'
      import { parse as alike } from 'lenslet/notation'
      import { Model as also } from 'lenslet/model'
      const errors = [() => alike('INPUT'), () => networkFromJson('{}')].map((wrong) => {
        try { wrong() } catch (error) { return [error instanceof LensletError, error.name, error.message.split('\\n')[0]] }
      })
      const scores = []
      const network = parse('INPUT 32x32x16 -> [CONV3-16 -> RELU]*4 -> FC-3')
      for (const threads of [1, 2]) {
        const model = await Model.create(network, { seed: 1, threads })
        for (let run = 0; run < 100; run++) {
          // Workers fall asleep between runs, and their leader within some.
          if (run % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 5))
          scores[threads - 1] = [...await model.predict(new Float32Array(32 * 32 * 16).fill(1))]
        }
        await model.dispose()
      }
      console.log(JSON.stringify({ one: LensletError === same && parse === alike && Model === also, errors, scores }))`
      await writeFile(join(packed.folder, 'one.js'), script)
      const files = ['one.js']
      // A bundler that knows Node takes the few files, another one the small modules.
      for (const platform of ['node', 'neutral'] as const) {
        const file = `bundled-${platform}/one.js`
        await using bundle = await rolldown({ input: join(packed.folder, 'one.js'), platform, external: /^node:/ })
        const { output } = await bundle.write({ dir: join(packed.folder, `bundled-${platform}`) })
        const modules = output.flatMap((chunk) => (chunk.type === 'chunk' ? Object.keys(chunk.modules) : []))
        const paths = modules.filter((path) => path.includes('lenslet/dist/'))
        expect(paths.some((path) => path.includes('dist/node/'))).toBe(platform === 'node')
        files.push(file)
      }
      for (const file of files) {
        const env = { ...process.env, LENSLET_SHARE: 'always' }
        const { stdout, stderr } = spawnSync(node, [file], {
          cwd: packed.folder,
          env,
          encoding: 'utf8',
          timeout: 15_000,
        })
        expect(stderr).toBe('')
        const { one, errors, scores } = JSON.parse(stdout)
        expect({ one, errors }).toEqual({
          one: true,
          errors: [
            [true, 'NotationError', expect.any(String)],
            [true, 'NetworkFileError', 'not a network'],
          ],
        })
        expect(scores[0]).toHaveLength(3)
        expect(scores[1]).toEqual(scores[0])
      }
    },
    60_000,
  )

  it.each([...versions])('runs the command on Node %s', (_, node) => {
    const command = join(packed.folder, 'node_modules/lenslet', manifest.bin.lenslet)
    const { status, stdout } = spawnSync(node, [command, '--version'], { cwd: packed.folder, encoding: 'utf8' })
    expect({ status, stdout: stdout.trim() }).toEqual({ status: 0, stdout: manifest.version })
  })

  it('exports a training with the programs of the package', async () => {
    await writeBars(join(packed.folder, 'bars'), { train: 20, test: 5 })
    const command = join(packed.folder, 'node_modules/lenslet', manifest.bin.lenslet)
    const words = ['export', 'INPUT 10x10x1 -> FC-10', '--torch', 'exported', '--data', 'mnist:bars', '--batch', '4']
    const { status, stderr } = spawnSync(process.execPath, [command, ...words], {
      cwd: packed.folder,
      encoding: 'utf8',
    })
    expect(status, stderr).toBe(0)
    for (const name of ['train.py', 'lenslet_torch.py', 'lenslet/trainer.py'])
      expect(await readFile(join(packed.folder, 'exported', name), 'utf8'), name).toBe(
        await readFile(join(root, 'python', name), 'utf8'),
      )
  })

  it.each([...versions])(
    'decodes and classifies an image, by the front door and by lenslet/predict, on Node %s',
    async (_, node) => {
      const script = `
      import sharp from 'sharp'
      import { decodeImage, Model, parse } from 'lenslet'
      import { decodeImage as same, LensletError, Model as Alike } from 'lenslet/predict'
      const png = await sharp({ create: { width: 9, height: 7, channels: 3, background: 'red' } }).png().toBuffer()
      const made = await Model.create(parse('INPUT 4x4x3 -> FC-3'), { seed: 1, info: { classes: ['a', 'b', 'c'], normalization: { mean: [0, 0, 0], std: [1, 1, 1] } } })
      const model = await Alike.load(made.encode())
      const wrong = await model.classify([1]).catch((error) => error instanceof LensletError)
      console.log(JSON.stringify({
        pixels: [...(await decodeImage(png, model.input)).subarray(0, 4)],
        one: decodeImage === same && Alike === Model,
        answers: [await made.classify(png), await model.classify(png)],
        wrong,
      }))
      await made.dispose()
      await model.dispose()`
      await writeFile(join(packed.folder, 'classify.js'), script)
      const { stdout, stderr } = spawnSync(node, ['classify.js'], {
        cwd: packed.folder,
        encoding: 'utf8',
        timeout: 15_000,
      })
      expect(stderr).toBe('')
      const { pixels, one, answers, wrong } = JSON.parse(stdout)
      expect({ pixels, one, wrong }).toEqual({ pixels: [255, 0, 0, 255], one: true, wrong: true })
      expect(answers[0]).toHaveLength(3)
      expect(answers[1]).toEqual(answers[0])
    },
  )

  it.each([
    ['es2022', []],
    ['es2022,dom', []],
    ['es2022', ['node']],
    ['esnext,dom', ['node']],
  ])('gets declarations without an error where the library is %s and the types are [%s]', async (lib, types) => {
    const names = Object.keys(manifest.exports).filter((name) => name !== './package.json')
    const use = names.map((name, index) => `export * as part${index} from '${name.replace('.', 'lenslet')}'`)
    const folder = join(packed.folder, 'strict')
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, 'use.ts'), use.join('\n'))
    const compilerOptions = {
      noEmit: true,
      strict: true,
      skipLibCheck: false,
      target: 'es2022',
      lib: lib.split(','),
      types: types.map((name) => join(root, 'node_modules/@types', name)),
      module: 'nodenext',
      preserveSymlinks: true,
    }
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['use.ts'] }))
    const compiler = join(root, 'node_modules/typescript/bin/tsc')
    const { stdout } = spawnSync(process.execPath, [compiler, '-p', folder], { encoding: 'utf8' })
    expect(stdout).toBe('')
  })

  it('gets types that the strict compiler accepts, in Node and in a bundler', async () => {
    const names = Object.keys(manifest.exports).filter((name) => name !== './package.json')
    const lines = names.map((name, index) => `export * as part${index} from '${name.replace('.', 'lenslet')}'`)
    await writeFile(join(packed.folder, 'use.ts'), `${lines.join('\n')}\nimport { parse } from 'lenslet'\nparse(1)\n`)
    for (const [module, resolution] of [['nodenext', 'nodenext'] as const, ['esnext', 'bundler'] as const]) {
      const options = ['--noEmit', '--strict', '--target', 'es2023', '--lib', 'es2023,esnext.disposable,dom']
      const compiler = join(root, 'node_modules/typescript/bin/tsc')
      const { stdout } = spawnSync(
        process.execPath,
        [compiler, ...options, '--module', module, '--moduleResolution', resolution, 'use.ts'],
        { cwd: packed.folder, encoding: 'utf8' },
      )
      // The one error is ours: `parse` takes text.
      expect(stdout.trim().split('\n')).toEqual([expect.stringMatching(/^use\.ts\(\d+,7\): error TS2345/)])
    }
  })
})
