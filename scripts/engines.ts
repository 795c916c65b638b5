// Whether the same seed gives the same bits in every JavaScript engine: one small program of the built package in Node
// (V8), Bun (JavaScriptCore) and headless Firefox (SpiderMonkey), and the digests of what it computes side by side.
//
//   node scripts/engines.ts [--bun PATH] [--firefox PATH]
//
// Bun and Firefox are searched on PATH. Neither is a dependency: `npm i bun` in some other folder, `apt-get install
// firefox-esr`. An engine that is missing is named and left out. Exit code 1 where two engines differ or one fails.

import { type ChildProcess, spawn } from 'node:child_process'
import { accessSync, constants, createReadStream } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, delimiter, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { printTable } from '../src/cli/table.ts'
import type * as Lenslet from '../src/index.ts'
import { build } from './build.ts'
import { root, runAsMain } from './files.ts'

/** What is compared → the first digits of its SHA-256. */
type Digests = Readonly<Record<string, string>>

/**
 * The program, in every engine. Its text is what they get, so it uses nothing from outside but what each of them has.
 * All runs take the plain kernels, as relaxed SIMD leaves bits to the processor, and one thread.
 */
async function program(lenslet: typeof Lenslet): Promise<Digests> {
  const digest = async (values: ArrayBufferView<ArrayBuffer>) => {
    const bytes = await crypto.subtle.digest('SHA-256', values)
    return Array.from(new Uint8Array(bytes, 0, 8), (byte) => byte.toString(16).padStart(2, '0')).join('')
  }
  const { dataset, Model, parse, Random, resolveSchedule, scheduleKinds, train } = lenslet
  const draw = (name: string, of: (random: Lenslet.Random) => number) => {
    const random = Random.seeded(7, name)
    return Float64Array.from({ length: 100_000 }, () => of(random))
  }
  const rates = scheduleKinds.flatMap((kind) => {
    const schedule = resolveSchedule(kind, { epochs: 30, stepsPerEpoch: 97 })
    return Array.from({ length: 30 * 97 }, (_, step) => schedule.rate(0.1, step))
  })
  // These are float64, and so tell engines apart that the float32 weights seldom would.
  const found: Record<string, string> = {
    'uniform numbers': await digest(draw('uniform', (random) => random.next())),
    'normal numbers': await digest(draw('normal', (random) => random.normal())),
    'learning rates': await digest(Float64Array.from(rates)),
  }
  const network =
    'INPUT 12x12x3 -> CONV3-8 -> BN -> RELU -> POOL2 -> CONV3-16 -> TANH -> DROPOUT 0.2 -> FC-32 -> RELU -> FC-5'
  const create = async () => {
    const model = await Model.create(parse(network), { seed: 1, threads: 1 })
    if (!model.description.startsWith('wasm, plain')) throw new Error(`not the plain kernels: ${model.description}`)
    return model
  }
  const model = await create()
  found['initial weights'] = await digest(model.encode().slice())
  await model.dispose()

  const pixels = Random.seeded(7, 'pixels')
  const split = (count: number) => ({
    height: 12,
    width: 12,
    channels: 3,
    images: Uint8Array.from({ length: count * 432 }, () => pixels.integer(256)),
    labels: Uint8Array.from({ length: count }, () => pixels.integer(5)),
  })
  const data = dataset({ name: 'noise', classes: [...'abcde'], train: split(48), test: split(20) })
  found.normalization = await digest(Float64Array.from([...data.normalization.mean, ...data.normalization.std]))
  const trainings: readonly Lenslet.TrainOptions[] = [
    { epochs: 1, optimizer: 'momentum', schedule: { kind: 'cosine', warmup: 0.5 } },
    { epochs: 1, optimizer: 'nesterov', schedule: { kind: 'step', every: 0.34, factor: 0.3 }, clipNorm: 1 },
    { epochs: 1, optimizer: 'adam', schedule: 'one-cycle', labelSmoothing: 0.1 },
  ]
  for (const options of trainings) {
    const trained = await create()
    let test: Lenslet.Evaluation | undefined
    const augment = { flip: true, crop: 2, cutout: 3 }
    // 48 pictures in batches of 16 are three steps.
    for await (const { evaluation } of train(trained, data, { ...options, batch: 16, seed: 5, augment }))
      test = evaluation ?? test
    found[`3 steps of ${options.optimizer}`] = await digest(trained.encode().slice())
    if (test === undefined) throw new Error('the training was not evaluated')
    found[`test loss after ${options.optimizer}`] = await digest(Float64Array.of(test.loss, test.accuracy))
    await trained.dispose()
  }
  return found
}

/** Milliseconds for an engine to start and be done. The work takes a tenth of a second. */
const limit = 60_000

interface Engine {
  readonly name: string
  /** Undefined: not on this machine. */
  readonly path: string | undefined
  run(path: string, folder: string): Promise<{ readonly version: string; readonly digests: Digests }>
}

/** The program as a file, for what runs files. Prints one line of JSON. */
async function runFile(path: string, folder: string, version: string) {
  const file = join(folder, 'program.mjs')
  const lenslet = JSON.stringify(pathToFileURL(join(root, 'dist/node/index.js')).href)
  await writeFile(
    file,
    `import * as lenslet from ${lenslet}\nconsole.log(JSON.stringify({ version: ${version}, digests: await (${program})(lenslet) }))\n`,
  )
  const child = spawn(path, [file], {
    env: { ...process.env, LENSLET_VARIANT: 'plain' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  let errors = ''
  child.stdout.on('data', (data) => {
    output += data
  })
  child.stderr.on('data', (data) => {
    errors += data
  })
  const code = await within(limit, exitOf(child), () => child.kill('SIGKILL'))
  if (code !== 0) throw new Error(`exit code ${code}: ${errors.trim()}`)
  return JSON.parse(output)
}

/** The program in a page that sends back what it found. */
async function runPage(path: string, folder: string) {
  // A page cannot name its kernels; it takes the plain ones where the engine seems not to know f32x4.relaxed_madd.
  const page = `<!doctype html><meta charset="utf-8"><title>Engines</title><script type="module">
    const { validate } = WebAssembly
    const relaxed = (bytes) => bytes.some((byte, i) => byte === 0xfd && bytes[i + 1] === 0x85 && bytes[i + 2] === 0x02)
    WebAssembly.validate = (bytes) => !relaxed(bytes) && validate(bytes)
    const answer = async () => {
      try {
        const version = /Firefox\\/\\S+/.exec(navigator.userAgent)?.[0] ?? navigator.userAgent
        return { version, digests: await (${program})(await import('./lenslet.browser.js')) }
      } catch (error) {
        return { error: String(error?.stack ?? error) }
      }
    }
    await fetch('/answer', { method: 'POST', body: JSON.stringify(await answer()) })
  </script>`
  let answered: (text: string) => void
  const answer = new Promise<string>((resolve) => {
    answered = resolve
  })
  const server = createServer((request, response) => {
    if (request.url === '/answer') {
      let body = ''
      request.on('data', (data) => {
        body += data
      })
      request.on('end', () => {
        response.end()
        answered(body)
      })
    } else if (/^\/lenslet\.\w+\.js$/.test(request.url ?? '')) {
      // The first file, and the parts that it asks for.
      const stream = createReadStream(join(root, 'dist', basename(request.url ?? '')))
      stream.on('error', () => response.writeHead(404).end())
      stream.pipe(response.setHeader('content-type', 'text/javascript'))
    } else if (request.url === '/') response.setHeader('content-type', 'text/html').end(page)
    else response.writeHead(404).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const profile = join(folder, 'profile')
  await mkdir(profile)
  // Nothing is sent, asked or updated.
  const settings = ['datareporting.policy.dataSubmissionEnabled', 'app.normandy.enabled', 'app.update.auto']
  await writeFile(join(profile, 'user.js'), settings.map((name) => `user_pref('${name}', false);\n`).join(''))
  // A process group of its own, so that all its processes can be ended. HOME, as Firefox refuses another user's.
  const child = spawn(path, ['--headless', '--no-remote', '--profile', profile, address], {
    detached: true,
    env: { ...process.env, HOME: folder },
    stdio: 'ignore',
  })
  const end = () => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
      process.kill(-child.pid, 'SIGKILL')
  }
  const ended = exitOf(child)
  try {
    const early = ended.then((code) => {
      throw new Error(`ended with exit code ${code} before the page answered`)
    })
    const { error, ...result } = JSON.parse(await within(limit, Promise.race([answer, early]), end))
    if (error !== undefined) throw new Error(error)
    return result
  } finally {
    end()
    await ended.catch(() => {})
    server.closeAllConnections()
    server.close()
  }
}

function exitOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
}

async function within<T>(milliseconds: number, work: Promise<T>, stop: () => void): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      stop()
      reject(new Error(`no answer within ${milliseconds / 1000} s`))
    }, milliseconds)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

function onPath(...names: readonly string[]): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter)
  return folders
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK)
        return true
      } catch {
        return false
      }
    })
}

if (runAsMain(import.meta.url)) {
  const { values } = parseArgs({ options: { bun: { type: 'string' }, firefox: { type: 'string' } } })
  await build()
  const engines: readonly Engine[] = [
    {
      name: 'Node (V8)',
      path: process.execPath,
      run: (path, folder) => runFile(path, folder, "'Node ' + process.version"),
    },
    {
      name: 'Bun (JavaScriptCore)',
      path: values.bun ?? onPath('bun'),
      run: (path, folder) => runFile(path, folder, "'Bun ' + Bun.version"),
    },
    { name: 'Firefox (SpiderMonkey)', path: values.firefox ?? onPath('firefox', 'firefox-esr'), run: runPage },
  ]
  const results: { readonly version: string; readonly digests: Digests }[] = []
  let failed = false
  for (const { name, path, run } of engines) {
    if (path === undefined) {
      console.log(`${name} is not on this machine and was left out.`)
      continue
    }
    const folder = await mkdtemp(join(tmpdir(), 'lenslet-engines-'))
    try {
      results.push(await run(path, folder))
    } catch (error) {
      failed = true
      console.error(`${name} failed: ${error instanceof Error ? error.message : error}`)
    } finally {
      await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    }
  }
  const rows: string[][] = []
  for (const what of Object.keys(results[0]?.digests ?? {})) {
    const row = results.map(({ digests }) => digests[what] ?? '—')
    const same = new Set(row).size === 1
    if (!same) failed = true
    rows.push([what, ...row, row.length === 1 ? '—' : same ? 'yes' : 'NO'])
  }
  const titles = ['', ...results.map(({ version }) => version), 'same']
  console.log(printTable({ columns: titles.map((title) => ({ title, align: 'left' })), rows }))
  if (results.length < 2) console.log('One engine alone: nothing was compared.')
  if (failed) process.exitCode = 1
}
