/**
 * The layers by Lenslet in headless Chromium, in a worker of a page that is cross-origin isolated and in one of a page that
 * is not, beside Node with the same kernels. The bits must be Node's.
 */

import { launch } from '../../test/browser/chromium.ts'
import { serve } from '../../test/browser/server.ts'
import { describeQuiet, type Machine } from '../machine.ts'
import type { Work } from '../work.ts'

type Lenslet = typeof import('lenslet')

interface Layer {
  readonly network: string
  /** Of one run; the least of some groups. */
  readonly milliseconds: number
  /** Of the scores' bits. */
  readonly hash: number
  readonly description: string
}

interface Setting {
  readonly name: string
  readonly threads: number
  readonly layers: readonly Layer[]
}

const isolation = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' }

/** Runs in Node, and as text in a page's worker: so it uses nothing that stands around it. */
async function measure({ Model, parse }: Lenslet, networks: readonly string[], threads: number): Promise<Layer[]> {
  const layers: Layer[] = []
  for (const network of networks) {
    const model = await Model.create(parse(network), { seed: 1, batch: 1, threads })
    const { height, width, channels } = model.input
    const picture = Float32Array.from({ length: height * width * channels }, (_, i) => ((i * 7919) % 2003) / 1000 - 1)
    let hash = 2166136261
    const into = await model.predict(picture)
    for (const word of new Uint32Array(into.buffer)) hash = Math.imul(hash ^ word, 16777619)
    // Clocks of pages tick in tenths of a millisecond: what is timed is a group of runs.
    let milliseconds = Number.POSITIVE_INFINITY
    for (let group = 0; group < 8; group++) {
      const began = performance.now()
      let runs = 0
      let passed = 0
      while (passed < 20) {
        await model.predict(picture, { into })
        runs++
        passed = performance.now() - began
      }
      milliseconds = Math.min(milliseconds, passed / runs)
    }
    layers.push({ network, milliseconds, hash, description: model.description })
    await model.dispose()
  }
  return layers
}

export async function inBrowser(works: readonly Work[], machine: Machine, command: string): Promise<string> {
  const networks = works.map(({ network }) => network)
  const root = new URL('../..', import.meta.url).pathname
  const [plain, isolated] = [await serve(root), await serve(root, isolation)]
  const browser = await launch()
  try {
    const inPage = async (origin: string, threads: number): Promise<Layer[]> => {
      const tab = await browser.newPage()
      await tab.goto(`${origin}/bench/browser/page.html`)
      const program = `import * as lenslet from '${origin}/dist/lenslet.browser.js'
const measure = ${measure}
measure(lenslet, ${JSON.stringify(networks)}, ${threads}).then(postMessage, (error) => postMessage(String(error)))`
      const found = await tab.evaluate(
        (text) =>
          new Promise<Layer[] | string>((resolve) => {
            const address = URL.createObjectURL(new Blob([text], { type: 'text/javascript' }))
            const worker = new Worker(address, { type: 'module' })
            worker.onmessage = ({ data }) => resolve(data)
            worker.onerror = ({ message }) => resolve(message)
          }),
        program,
      )
      await tab.close()
      if (typeof found === 'string') throw new Error(`in the page: ${found}`)
      return found
    }
    const lenslet = await import('lenslet')
    const settings: Setting[] = [
      { name: 'Node, narrow', threads: 1, layers: await measure(lenslet, networks, 1) },
      { name: 'page, not isolated', threads: 1, layers: await inPage(plain.origin, 1) },
      { name: 'page, isolated', threads: 1, layers: await inPage(isolated.origin, 1) },
      { name: 'Node, narrow', threads: 2, layers: await measure(lenslet, networks, 2) },
      { name: 'page, isolated', threads: 2, layers: await inPage(isolated.origin, 2) },
    ]
    return table(
      works,
      settings,
      `${machine.date} UTC, commit ${machine.commit}: \`${command}\``,
      machine,
      browser.version(),
    )
  } finally {
    await browser.close()
    plain.close()
    isolated.close()
  }
}

function table(
  works: readonly Work[],
  settings: readonly Setting[],
  title: string,
  machine: Machine,
  version: string,
): string {
  const [node] = settings
  const others = settings.flatMap(({ layers }) => layers.filter(({ hash }, at) => hash !== node?.layers[at]?.hash))
  const bits =
    others.length === 0 ? 'The scores had the same bits everywhere.' : `**Other bits in ${others.length} cases.**`
  const kernels = new Set(
    settings.flatMap(({ layers }) => layers.map((layer) => /^wasm, (\w+)/.exec(layer.description)?.[1])),
  )
  const lines = works.map(({ name, network }, at) => {
    const times = settings.map(({ layers }) => (layers[at] as Layer).milliseconds.toFixed(2))
    return `| ${name} | \`${network}\` | ${times.join(' | ')} |`
  })
  return [
    title,
    '',
    `Chromium ${version}, headless, and Node ${machine.node} on ${machine.cpu}, ${machine.cores} cores; ${[...kernels].join(', ')} kernels. Milliseconds of one run, the least of 8 groups, everything taken one after the other. ${describeQuiet(machine)} ${bits}`,
    '',
    `| layer | | ${settings.map(({ name, threads }) => `${name}, ${threads} thread${threads === 1 ? '' : 's'}`).join(' | ')} |`,
    `|---|---|${settings.map(() => '--:|').join('')}`,
    ...lines,
    '',
  ].join('\n')
}
