/**
 * Every fenced block of the documentation is checked: programs are compiled and run, networks parsed, commands held against
 * the command line's help, pages and configurations parsed. What a program prints must be what its comments say.
 */

import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { parseSync } from 'oxc-parser'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { filesUnder, root } from '../scripts/files.ts'
import { Model } from '../src/model/model.ts'
import { parse } from '../src/notation/parse.ts'
import { type Fence, fencesOf, pages } from './docs/fences.ts'
import { writePhotos } from './docs/photos.ts'

const run = promisify(execFile)
const source = ['--conditions=lenslet-source', '--no-warnings']
const fences = pages.flatMap((page) => fencesOf(page))
const where = ({ page, line }: Fence) => `${page}:${line}`
const named = (...languages: string[]) =>
  fences.filter(({ language }) => languages.includes(language)).map((fence) => [where(fence), fence] as const)

/** Programs for pages, for other tools, or to be kept running: parsed and compiled, not run. */
const notRun = [
  'vite.config.js',
  'webpack.config.js',
  'main.js',
  'classifier.js',
  'page.js',
  'server.ts',
  'worker.mjs',
  'serve.mjs',
]
/** The Chinese pages have the same programs; a test below compares them. */
const isTranslated = (page: string) => /zh/.test(page)
const programs = named('ts', 'js').filter(([, { file, page }]) => !notRun.includes(file ?? '') && !isTranslated(page))

/** Digits stand-in: the same functions, and few of the real digits. */
const linked = (code: string) =>
  code.includes("openDataset('mnist')")
    ? code.replace("from 'lenslet/data/node'", `from '${join(root, 'test/fixtures/few-digits.ts')}'`)
    : code

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lenslet-docs-'))
  await mkdir(join(folder, 'node_modules'))
  await symlink(root, join(folder, 'node_modules/lenslet'), 'junction')
  await symlink(join(root, 'node_modules/@types'), join(folder, 'node_modules/@types'), 'junction')
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
  await writePhotos(join(folder, 'photos'), ['cat', 'dog'], 10)
  const model = await Model.create(parse('INPUT 8x8x3 -> CONV3-4 -> RELU -> FC-2'), {
    info: { classes: ['cat', 'dog'], normalization: { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] } },
  })
  await mkdir(join(folder, 'animals'))
  await model.save(join(folder, 'animals/model.lenslet'))
  await model.dispose()
}, 60_000)
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('programs', () => {
  it.each(programs)('%s runs, and prints what it says', { timeout: 60_000 }, async (name, { body, language }) => {
    const file = `${name.replace(/\W/g, '-')}.${language}`
    await writeFile(join(folder, file), linked(body))
    const { stdout } = await run(process.execPath, [...source, file], { cwd: folder })
    const lines = stdout.split('\n')
    for (const [, said = ''] of body.matchAll(/^ *console\.log\(.*\) \/\/ (.*)$/gm)) {
      // What differs from machine to machine is described in words.
      if (!/^[a-z]+ [a-z]+ [a-z]+/.test(said)) expect(lines).toContain(said)
    }
  })

  it('compile in strict mode', { timeout: 60_000 }, async () => {
    const typed = named('ts')
    const files: string[] = []
    for (const [name, { body }] of typed) {
      const file = `typed-${name.replace(/\W/g, '-')}.ts`
      // A module, also where it imports nothing.
      await writeFile(join(folder, file), `${body}\nexport {}\n`)
      files.push(file)
    }
    const compilerOptions = {
      target: 'es2023',
      lib: ['es2023', 'esnext.disposable', 'dom', 'dom.iterable', 'dom.asynciterable'],
      module: 'nodenext',
      customConditions: ['lenslet-source'],
      types: ['node'],
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      allowImportingTsExtensions: true,
      preserveSymlinks: false,
    }
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }))
    const compiler = join(root, 'node_modules/typescript/bin/tsc')
    const said = await run(process.execPath, [compiler, '-p', folder], { cwd: folder }).then(
      ({ stdout }) => stdout,
      ({ stdout }) => String(stdout),
    )
    expect(said).toBe('')
  })

  it.each(named('ts', 'js'))('%s parses', (_, { body, language }) => {
    expect(parseSync(`block.${language}`, body).errors).toEqual([])
  })

  it.each(named('html'))('%s: its scripts parse', (_, { body }) => {
    const scripts = [...body.matchAll(/<script type="module">\n(.*?)<\/script>/gs)]
    expect(scripts.length).toBeGreaterThan(0)
    for (const [, script = ''] of scripts) expect(parseSync('page.js', script).errors).toEqual([])
  })
})

describe('networks', () => {
  it.each(named('net'))('%s', (_, { body, flags }) => {
    if (flags.includes('fails')) expect(() => parse(body)).toThrow()
    else expect(parse(body).nodes.length).toBeGreaterThan(1)
  })
})

describe('commands', () => {
  const commands = [
    ...new Set(
      named('sh').flatMap(([, { body }]) =>
        [...body.matchAll(/(?:^|&& )(?:npx )?lenslet (.+?)(?: {2,}#.*)?$/gm)].map(([, words = '']) => words),
      ),
    ),
  ]
  it('are many', () => expect(commands.length).toBeGreaterThan(10))

  const help = new Map<string, Promise<string>>()
  const helpOf = (verb: string) => {
    const asked =
      help.get(verb) ??
      run(process.execPath, [...source, join(root, 'src/cli/main.ts'), verb, '--help']).then(({ stdout }) => stdout)
    help.set(verb, asked)
    return asked
  }

  it.each(commands)('lenslet %s: the verb and its options exist', { timeout: 60_000 }, async (words) => {
    const [verb = ''] = words.split(' ')
    const text = await helpOf(verb)
    // Help of an unknown verb is the help of all.
    expect(text).toMatch(new RegExp(`^Usage: lenslet ${verb}\\b`))
    for (const [option] of words.matchAll(/(?<= )--[a-z-]+/g)) expect(text).toMatch(new RegExp(`${option}\\b`))
    // Of a search, with values in place of variables.
    for (const [network] of words.matchAll(/INPUT [^'"]+/g))
      expect(parse(network.replace(/\{[^{}]*\}/g, '8')).nodes.length).toBeGreaterThan(1)
  })

  it('of npm are scripts of the package', async () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    const used = named('sh', '').flatMap(([, { body }]) =>
      [...body.matchAll(/npm run ([a-z-]+)/g)].map(([, name = '']) => name),
    )
    expect(used.length).toBeGreaterThan(2)
    for (const name of used) expect(Object.keys(scripts)).toContain(name)
  })
})

it('every block has a language that a test knows', () => {
  const known = ['ts', 'js', 'html', 'net', 'sh', 'text', '']
  expect(fences.filter(({ language }) => !known.includes(language)).map(where)).toEqual([])
})

describe('links', () => {
  it.each(pages.map((page) => [page.path, page] as const))(
    '%s: lead to files and headings that exist',
    async (path, { text }) => {
      const prose = text.replace(/^```.*?^```$/gms, '')
      for (const [, address = ''] of prose.matchAll(/\]\((?!https?:)([^)\s]+)\)/g)) {
        const [file = '', heading] = address.split('#')
        const target = file === '' ? join(root, path) : join(root, path, '..', file)
        // Generated by `npm run docs`.
        if (target.startsWith(join(root, 'docs/api/'))) continue
        expect(existsSync(target), `${path} links to ${address}`).toBe(true)
        if (heading === undefined) continue
        const headings = [...readFileSync(target, 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
          anchor(title),
        )
        expect(headings, `${path} links to ${address}`).toContain(heading)
      }
    },
  )

  it('every page is one of the site', async () => {
    const config = readFileSync(join(root, 'docs/.vitepress/config.ts'), 'utf8')
    const files = (await filesUnder(join(root, 'docs'))).map((file) => file.slice(join(root, 'docs').length + 1))
    const own = files.filter(
      (file) => /^(?:zh\/)?[\w-]+\.md$/.test(file) && file !== 'index.md' && file !== 'zh/index.md',
    )
    for (const file of own) expect(config).toContain(`'/${file.replace(/\.md$/, '')}'`)
  })
})

/** A heading's anchor, as GitHub and VitePress form it. */
const anchor = (title: string) =>
  title
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-')

describe('the Chinese pages have the English code', () => {
  /** Programs and commands without their comments, which are translated. */
  const code = (path: string) => {
    const page = pages.find((one) => one.path === path)
    if (page === undefined) throw new Error(`there is no ${path}`)
    return fencesOf(page).map(({ language, body }) => ({
      language,
      body: body.replace(language === 'sh' || language === '' ? / +#.*$/gm : / *\/\/ .*$/gm, ''),
    }))
  }

  it.each([
    ['README.zh-CN.md', 'README.md'],
    ['docs/zh/tour.md', 'docs/tour.md'],
  ])('%s as %s', (chinese, english) => {
    expect(code(chinese).length).toBeGreaterThan(4)
    expect(code(chinese)).toEqual(code(english))
  })

  it('and the English figures', () => {
    const figures = (path: string) => {
      const tables = pages.find((one) => one.path === path)?.text.match(/^\|.*\d.*$/gm) ?? []
      return tables.map((row) => row.match(/\d+(?:[.,]\d+)*/g))
    }
    expect(figures('README.zh-CN.md')).toEqual(figures('README.md'))
  })
})
