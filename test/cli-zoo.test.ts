// `lenslet zoo`: what it says is what the networks are.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { print } from '../src/notation/print.ts'
import { plan } from '../src/plan/plan.ts'
import { zoo } from '../src/zoo/zoo.ts'
import { call } from './fixtures/cli.ts'

let place = ''
beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'lenslet-zoo-'))
})
afterAll(() => rm(place, { recursive: true }))

it('lists every network with its cost', async () => {
  const { code, stdout } = await call(['zoo'], place)
  expect(code).toBe(0)
  for (const name of zoo.names) expect(stdout).toMatch(new RegExp(`^${name} `, 'm'))
  expect(stdout).toMatch(/^vgg16 +Simonyan & Zisserman 2014 +224×224×3 +138M +15\.5G +[\d.]+ GiB +ImageNet 71\.6 %$/m)
  expect(stdout).toMatch(/^cifar-small +CS231n notes +32×32×3/m)
  for (const line of stdout.split('\n').slice(0, zoo.names.length + 2)) expect(line.length).toBeLessThanOrEqual(100)
})

it('as JSON, with what the cards promise and the plan says', async () => {
  const { networks } = JSON.parse((await call(['zoo', '--json'], place)).stdout)
  expect(networks.map(({ name }: { name: string }) => name)).toEqual(zoo.names)
  for (const { name, parameters, macs, memory } of networks) {
    expect({ parameters, macs }).toEqual({ parameters: zoo.entry(name).parameters, macs: zoo.entry(name).macs })
    const { threads } = { threads: 1 }
    const least = plan(zoo.network(name), { batch: 32, threads, mode: 'training', optimizer: 'adam' })
    // More threads take more scratch, never less.
    expect(memory.training.arenaBytes).toBeGreaterThanOrEqual(least.arenaBytes)
    expect(memory.weightBytes).toBe(least.memory.parameters + least.memory.tracked)
  }
})

it.each(['lenet5', 'lenet5-1998', 'vgg16', 'shufflenet-v2'])('prints %s as a file that reads back', async (name) => {
  const { code, stdout } = await call(['zoo', name], place)
  expect(code).toBe(0)
  await writeFile(join(place, 'copy.net'), stdout)
  const planned = JSON.parse((await call(['plan', 'copy.net', '--json'], place)).stdout)
  expect(planned.network.notation).toBe(print(zoo.network(name)))
})

it('does not know other names', async () => {
  const { code, stderr } = await call(['zoo', 'resnet19'], place)
  expect(stderr).toMatch(/no network of the zoo is named "resnet19"[\s\S]*did you mean resnet18\?/)
  expect(code).toBe(2)
})
