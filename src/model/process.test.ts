/** A model does not keep a process: it ends by itself when there is nothing left to do, also without `dispose`. */

import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const front = new URL('../index.ts', import.meta.url).href

/** Runs a module on a model of two threads; `killed` after half a minute. */
function run(body: string) {
  const program = `
    import { Model, parse } from ${JSON.stringify(front)}
    const network = parse('INPUT 6x5x2 -> CONV3-4 -> POOL2 -> FC-3')
    const create = () => Model.create(network, { threads: 2, batch: 4 })
    ${body}
    console.log('done')
  `
  const { status, signal, stdout, stderr } = spawnSync(
    process.execPath,
    ['--conditions=lenslet-source', '--no-warnings', '--input-type=module', '--eval', program],
    {
      cwd: fileURLToPath(new URL('.', import.meta.url)),
      encoding: 'utf8',
      timeout: 30_000,
      // Work goes to the workers, however small it is, so that they are there.
      env: { ...process.env, LENSLET_SHARE: 'always' },
    },
  )
  return { status, signal, stdout, stderr }
}

const ended = { status: 0, signal: null, stdout: 'done\n', stderr: '' }

describe('a process ends by itself after a model', () => {
  it.each([
    ['was created and never used', 'await create()'],
    ['predicted', 'const model = await create(); await model.predict(new Float32Array(120))'],
    [
      'predicted and was released',
      'const m = await create(); await m.predict(new Float32Array(60)); await m.release()',
    ],
    ['was disposed of before it ran', 'const model = await create(); await model.dispose()'],
    ['gave another program', "const model = await create(); await model.bind({ mode: 'gradients' })"],
  ])('%s', { timeout: 40_000 }, (_, body) => {
    expect(run(body)).toEqual(ended)
  })

  it('was trained and left in the middle', { timeout: 40_000 }, () => {
    const body = `
      import { dataset, train } from ${JSON.stringify(front)}
      const pictures = { height: 6, width: 5, channels: 2, labels: [0, 1, 2, 0], images: new Uint8Array(240) }
      const data = dataset({ classes: ['a', 'b', 'c'], train: pictures, test: pictures })
      const model = await create()
      for await (const { kind } of train(model, data, { epochs: 9, batch: 2 })) if (kind === 'epoch') break
    `
    expect(run(body)).toEqual(ended)
  })
})
