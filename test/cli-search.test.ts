// `lenslet search`: what it leaves, that it is the same by its seed, also after kill -9, and what it refuses.

import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { call, start, writeBars } from './fixtures/cli.ts'

let place = ''
beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'lenslet-search-'))
  await writeBars(join(place, 'bars'), { train: 200, test: 40 })
})
afterAll(() => rm(place, { recursive: true }))

const run = (...words: string[]) => call(words, place)
const net = 'INPUT 10x10x1 -> CONV3-{width} -> RELU -> POOL2 -> FC-10'
const words = (...more: string[]) => [
  ...['search', net, '--data', 'mnist:bars', '--batch', '20', '--epochs', '4', '--trials', '4', '--keep-one-in', '2'],
  ...[
    '--try',
    'width=2..6:2',
    '--try',
    'rate=1e-4..1e-1',
    '--try',
    'optimizer=adam|momentum',
    '--threads',
    '1',
    ...more,
  ],
]
interface Found {
  trials: { trial: number; values: Record<string, string>; epochs: number; loss: number; run: string }[]
  best: { trial: number; model: string }
}
/** Without what depends on the clock and the folder. */
const timeless = ({ trials }: Found) =>
  trials.map(({ trial, values, epochs, loss }) => ({ trial, values, epochs, loss }))

describe('a search', () => {
  let whole: Found

  beforeAll(async () => {
    const { code, stdout, stderr } = await run(...words('--out', 'whole', '--json'))
    expect(code, stderr).toBe(0)
    whole = JSON.parse(stdout)
  }, 120_000)

  it('trains many trials a little, half of them more, and one to the end', async () => {
    expect(whole).toMatchObject({
      search: 'whole',
      by: 'loss',
      rungs: [
        { epochs: 1, trials: 4 },
        { epochs: 2, trials: 2 },
        { epochs: 4, trials: 1 },
      ],
    })
    expect(whole.trials.map(({ epochs }) => epochs)).toEqual([4, 2, 1, 1])
    for (const { values } of whole.trials) {
      expect(['2', '4', '6']).toContain(values.width)
      expect(Number(values.rate)).toBeGreaterThanOrEqual(1e-4)
      expect(Number(values.rate)).toBeLessThanOrEqual(0.1)
      expect(['adam', 'momentum']).toContain(values.optimizer)
    }
    expect(whole.best.trial).toBe(whole.trials[0]?.trial)
    // Those that went on were the best of their rung.
    const [, second, third] = whole.trials as [unknown, Found['trials'][0], Found['trials'][0]]
    const { results } = JSON.parse(await readFile(join(place, 'whole', 'search.json'), 'utf8'))
    const first = (trial: number) =>
      results.find((each: { rung: number; trial: number }) => each.rung === 0 && each.trial === trial - 1).loss
    expect(first(second.trial)).toBeLessThanOrEqual(first(third.trial))
  })

  it('leaves a page with a picture, and runs that are whole', async () => {
    const page = await readFile(join(place, 'whole', 'report.html'), 'utf8')
    expect(page).toContain('Trials of Search for network on mnist')
    expect(page.match(/<path [^>]*><title>trial \d/g)).toHaveLength(4)
    expect(page.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:/)
    const { code, stdout } = await run('eval', whole.best.model, '--data', 'mnist:bars', '--json')
    expect(code).toBe(0)
    expect(JSON.parse(stdout).count).toBe(40)
    // A trial that did not go on can be trained to its end.
    const paused = whole.trials.at(-1)?.run as string
    const ended = await run('train', '--resume', paused, '--json')
    expect(JSON.parse(ended.stdout)).toMatchObject({ epochs: 4, stopped: null })
  })

  it('goes on after kill -9 to the same results', async () => {
    const running = start(words('--out', 'killed'), place)
    await running.heard('rung 2 of 3')
    running.process.kill('SIGKILL')
    expect((await running.ended).code).toBeNull()
    // As if it had been killed a little earlier or later, too.
    const path = join(place, 'killed', 'search.json')
    const state = JSON.parse(await readFile(path, 'utf8'))
    state.results = state.results.slice(0, 2)
    await writeFile(path, JSON.stringify(state))
    const { code, stdout, stderr } = await run('search', '--resume', 'killed', '--json')
    expect(code, stderr).toBe(0)
    expect(timeless(JSON.parse(stdout))).toEqual(timeless(whole))
  })

  it('stops at Ctrl-C, and says how to go on', async () => {
    const { code, stdout, stderr } = await call(words('--out', 'stopped'), place, 'rung 2 of 3')
    expect([code, stdout]).toEqual([130, expect.not.stringContaining('best')])
    expect(stderr).toContain('search --resume stopped')
    const resumed = await run('search', '--resume', 'stopped')
    expect(resumed.code).toBe(0)
    expect(resumed.stdout).toMatch(/^trial +width +rate +optimizer/m)
    expect(resumed.stdout).toContain(`best: trial ${whole.best.trial}`)
  })

  it('goes on where a trial fails, and says so where all do', async () => {
    const tried = ['--try', 'width=2..4', '--try', 'rate=1e-3..1e30', '--trials', '3', '--epochs', '1', '--seed', '5']
    const some = await run(
      'search',
      net,
      '--data',
      'mnist:bars',
      '--batch',
      '20',
      ...tried,
      '--optimizer',
      'sgd',
      '--out',
      'some',
      '--json',
    )
    const failed = JSON.parse(some.stdout).trials.filter((trial: { failed: string | null }) => trial.failed !== null)
    expect(failed.length).toBeGreaterThan(0)
    expect(failed.length).toBeLessThan(3)
    expect(failed[0].failed).toMatch(/not finite/)
    const all = await run(
      'search',
      net,
      '--data',
      'mnist:bars',
      '--batch',
      '1000',
      '--try',
      'width=2..4',
      '--trials',
      '2',
      '--epochs',
      '1',
      '--out',
      'all',
    )
    expect([all.code, all.stdout]).toEqual([1, expect.not.stringContaining('best')])
    expect(all.stderr).toMatch(/no trial could be trained[\s\S]*larger than the training split/)
  })
})

describe('a call that is wrong', () => {
  beforeAll(async () => {
    await mkdir(join(place, 'hostile'))
    await writeFile(join(place, 'hostile', 'search.json'), '{"format":"lenslet.search","__proto__":{"x":1}}')
  })

  it.each<[more: string[], says: RegExp]>([
    [['search', net], /data is missing/],
    [['search', net, '--data', 'mnist:bars'], /variable of the network has no values[\s\S]*width/],
    [['search', net, '--data', 'mnist:bars', '--try', 'width=2..4', '--try', 'ratte=1..2'], /did you mean rate/],
    [['search', net, '--data', 'mnist:bars', '--try', 'width'], /--try is invalid/],
    [['search', net, '--data', 'mnist:nowhere', '--try', 'width=2..4'], /there is no .*nowhere/],
    [['search', 'INPUT 10x10x1 -> CONV3-{w', '--data', 'mnist:bars'], /CONV3-\{w/],
    [['search', 'lenet', '--data', 'mnist:bars'], /did you mean lenet5/],
    [['search', 'lenet5', '--data', 'mnist:bars', '--try', 'optimizer=adam|adan'], /--optimizer[\s\S]*adan/],
    [['search', 'lenet5', '--data', 'mnist:bars', '--patience', '2'], /--patience does not go with a search/],
    [['search', '--resume', 'bars'], /not the folder of a search[\s\S]*search\.json/],
    [['search', '--resume', 'hostile'], /not the folder of a search/],
    [['search', 'lenet5', '--resume', 'whole'], /has its settings/],
    [['search', '--resume', 'whole', '--trials', '9'], /has its settings/],
  ])('%j is refused with 2', async (more, says) => {
    const before = await readdir(place)
    const { code, stdout, stderr } = await run(...more)
    expect(stderr).toMatch(says)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(await readdir(place)).toEqual(before)
  })
})
