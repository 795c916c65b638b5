/** Models of the Hugging Face hub, `hf:OWNER/NAME`, wherever a model may stand: fetched with progress on stderr. */

import { printable } from '../core/text.ts'
import type { FetchProgress } from '../data/node/download.ts'
import { type HubOptions, readHub, readHubTensors } from '../exchange/hub/read.ts'
import { isHubSpec, parseHubSpec } from '../exchange/hub/spec.ts'
import type { Format, ImportedModel, TensorFile } from '../exchange/types.ts'
import { printBytes, printSeconds } from '../inspect/units.ts'
import { zoo } from '../zoo/zoo.ts'
import { Terminal } from './terminal.ts'

/** The format of what is not in a file of its own. */
export const hub: Format = {
  name: 'Hugging Face hub',
  endings: [],
  readModel: ({ name }) => readHubModel(name),
  readTensors: ({ name }) => readHubArrays(name),
}

/** Whether it names a model of the hub. @throws {HubError} it begins so, and is no such name */
export function isHubModel(path: string): boolean {
  return isHubSpec(path) && parseHubSpec(path) !== undefined
}

/** Throws as `readHub` does. */
export function readHubModel(spec: string): Promise<ImportedModel> {
  return withProgress((options) => readHub(spec, options))
}

/** The arrays of a file, or of a repository's weights. */
export function readHubArrays(spec: string): Promise<TensorFile> {
  return withProgress((options) => readHubTensors(spec, options))
}

async function withProgress<T>(read: (options: HubOptions) => Promise<T>): Promise<T> {
  // Results are the caller's; what is said here goes to stderr.
  const terminal = new Terminal(true)
  const rate = new Rate()
  let next = performance.now() + 500
  const onProgress = (file: string, progress: FetchProgress) => {
    const text = rate.line(file, progress, performance.now())
    if (performance.now() < next) return
    next = performance.now() + (terminal.live ? 200 : 5000)
    terminal.status(text)
  }
  try {
    return await read({ findNetwork, onProgress, onNotice: (message) => terminal.hint(`note: ${message}`) })
  } finally {
    terminal.status('')
  }
}

/** How fast a download is, over all that arrived in this run. */
class Rate {
  #file = ''
  #start = { at: 0, received: 0 }

  /** `model.safetensors: 12.3 MB of 46.8 MB, 5.1 MB/s, 7 s left` */
  line(file: string, { stage, received, total }: FetchProgress, now: number): string {
    const key = `${file} ${stage}`
    if (this.#file !== key) {
      this.#file = key
      this.#start = { at: now, received }
    }
    const seconds = (now - this.#start.at) / 1000
    const perSecond = seconds > 0 ? (received - this.#start.received) / seconds : 0
    const speed =
      perSecond > 0 ? `, ${printBytes(perSecond)}/s, ${printSeconds((total - received) / perSecond)} left` : ''
    return `${printable(file)}: ${stage} ${printBytes(received)} of ${printBytes(total)}${speed}`
  }
}

const findNetwork: HubOptions['findNetwork'] = (architecture) => {
  const name = zoo.names.find((each) => zoo.entry(each).pytorch?.timm?.name === architecture)
  const modules = name && zoo.entry(name).pytorch?.timm?.modules()
  return name === undefined || modules === undefined
    ? undefined
    : { network: zoo.network(name), modules: modules as readonly string[] }
}
