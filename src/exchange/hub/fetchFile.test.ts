// Files of the hub: redirects, refusals, broken connections, the cache.

import { lstat, mkdir, readdir, readFile, readlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../data/testing/archives.ts'
import { fetchHubFile } from './fetchFile.ts'
import { hubSettings } from './settings.ts'
import { parseHubSpec } from './spec.ts'
import { commit, type PlayedRepository, playHub } from './testing/server.ts'

const large = Uint8Array.from({ length: 300_000 }, (_, i) => Math.imul(i, 0x9e3779b9) >>> 24)
const files = { 'config.json': '{}', 'sub/model.safetensors': large }

async function setUp(repository: Partial<PlayedRepository> = {}, more: Readonly<Record<string, string>> = {}) {
  const hub = await playHub({ 'o/n': { files, ...repository }, 'old/name': { files: {}, movedTo: 'o/n' } })
  const home = await temporaryFolder()
  const settings = await hubSettings({ HF_ENDPOINT: `${hub.endpoint}/`, HF_HOME: home, ...more })
  const get = async (text: string, now = settings) => {
    const path = await fetchHubFile(parseHubSpec(text) as never, { settings: now, pauseMs: 1 })
    return path === undefined ? undefined : new Uint8Array(await readFile(path))
  }
  return { hub, home, settings, get, folder: join(home, 'hub', 'models--o--n') }
}

describe('fetchHubFile', () => {
  it('fetches a large file from the store, verified, into the layout of the official cache', async () => {
    const { hub, get, folder } = await setUp()
    expect(await get('hf:o/n/sub/model.safetensors')).toEqual(large)
    const pointer = join(folder, 'snapshots', commit, 'sub', 'model.safetensors')
    expect((await lstat(pointer)).isSymbolicLink()).toBe(true)
    const [blob = ''] = await readdir(join(folder, 'blobs'))
    expect(blob).toMatch(/^[0-9a-f]{64}$/)
    expect(await readlink(pointer)).toBe(`../../../blobs/${blob}`)
    expect(await readFile(join(folder, 'refs', 'main'), 'utf8')).toBe(commit)
    expect(hub.requests.map((request) => request.split(' ').slice(0, -1).join(' '))).toEqual([
      'HEAD',
      'GET',
      'store GET',
    ])
  })

  it('takes what is in the cache: after one question for a branch, and none for a commit', async () => {
    const { hub, get } = await setUp()
    expect(await get('hf:o/n/config.json')).toEqual(new TextEncoder().encode('{}'))
    hub.requests.length = 0
    await get('hf:o/n/config.json')
    await get(`hf:o/n@${commit}/config.json`)
    expect(hub.requests).toEqual(['HEAD /o/n/resolve/main/config.json'])
  })

  it('knows revisions with slashes', async () => {
    const { hub, get, folder } = await setUp()
    expect(await get('hf:o/n@refs/pr/1/config.json')).toBeDefined()
    expect(hub.requests[0]).toBe('HEAD /o/n/resolve/refs%2Fpr%2F1/config.json')
    expect(await readFile(join(folder, 'refs', 'refs', 'pr', '1'), 'utf8')).toBe(commit)
  })

  it('goes on where the connection broke, also in another run', async () => {
    const { hub, get } = await setUp()
    hub.cuts.push(100_000, 50_000, 50_000, 10_000)
    await expect(get('hf:o/n/sub/model.safetensors')).rejects.toThrow('the download continues from byte 210000')
    expect(await get('hf:o/n/sub/model.safetensors')).toEqual(large)
    expect(hub.ranges).toEqual(['', 'bytes=100000-', 'bytes=150000-', 'bytes=200000-', 'bytes=210000-'])
  })

  it('refuses contents that are not those of the checksum, and keeps none of them', async () => {
    const { hub, get, folder } = await setUp()
    hub.spoils = true
    await expect(get('hf:o/n/sub/model.safetensors')).rejects.toThrow("not those of the hub's checksum")
    expect(await readdir(join(folder, 'blobs'))).toEqual([])
    hub.spoils = false
    expect(await get('hf:o/n/sub/model.safetensors')).toEqual(large)
  })

  it('gives the token to the hub and not to the store', async () => {
    const { hub, get } = await setUp({ token: 'hf_secret' }, { HF_TOKEN: 'hf_secret\n' })
    expect(await get('hf:o/n/sub/model.safetensors')).toEqual(large)
    expect(hub.tokens).toEqual(['Bearer hf_secret', 'Bearer hf_secret', 'store none'])
  })

  it('reads the token that the official client has stored', async () => {
    const { home, get, hub } = await setUp({ token: 'hf_file' })
    await writeFile(join(home, 'token'), 'hf_file\n')
    const settings = await hubSettings({ HF_ENDPOINT: hub.endpoint, HF_HOME: home })
    expect(await get('hf:o/n/config.json', settings)).toBeDefined()
  })

  it('follows a model that has another name now', async () => {
    const { get } = await setUp()
    expect(await get('hf:old/name/sub/model.safetensors')).toEqual(large)
  })

  it('waits and asks again where the hub is busy', async () => {
    const { hub, get } = await setUp()
    hub.answers.push({ status: 429, headers: { 'retry-after': '0' } }, { status: 503 })
    expect(await get('hf:o/n/config.json')).toBeDefined()
    // Of the contents, too.
    hub.answers.push({ status: 503 })
    expect(await get('hf:o/n/sub/model.safetensors')).toEqual(large)
    hub.answers.push(...Array.from({ length: 5 }, () => ({ status: 429 })))
    await expect(get('hf:o/n/config.json')).rejects.toThrow('does not answer so many requests')
  })

  it('says that a file is absent, and refuses the rest by what is wrong', async () => {
    const { hub, get } = await setUp()
    expect(await get('hf:o/n/absent.bin')).toBeUndefined()
    await expect(get('hf:o/none/config.json')).rejects.toThrow('hf:o/none is not on the hub, or is private')
    await expect(get('hf:o/n@v9/config.json')).rejects.toThrow('has no revision v9')
    hub.answers.push({ status: 403 })
    await expect(get('hf:o/n/config.json')).rejects.toThrow('accept the terms on')
    hub.answers.push({ status: 200 })
    await expect(get('hf:o/n/config.json')).rejects.toThrow('does not answer as the hub does')
    const gated = await setUp({ token: 'hf_x', gated: true })
    await expect(gated.get('hf:o/n/config.json')).rejects.toThrow('set HF_TOKEN')
  })

  it('refuses redirects without end', async () => {
    const { hub, get } = await setUp()
    hub.answers.push(
      ...Array.from({ length: 9 }, () => ({ status: 307, headers: { location: '/o/n/resolve/main/config.json' } })),
    )
    await expect(get('hf:o/n/config.json')).rejects.toThrow('at most 8 redirects')
  })

  it('offline: takes the cache, and else says what was asked for and where to place it', async () => {
    const { hub, get, home, folder } = await setUp()
    await get('hf:o/n/config.json')
    const offline = await hubSettings({ HF_ENDPOINT: hub.endpoint, HF_HOME: home, HF_HUB_OFFLINE: '1' })
    hub.requests.length = 0
    expect(await get('hf:o/n/config.json', offline)).toBeDefined()
    const error = get('hf:o/n/sub/model.safetensors', offline)
    await expect(error).rejects.toThrow('HF_HUB_OFFLINE is set')
    await expect(error).rejects.toThrow(`${hub.endpoint}/o/n/resolve/main/sub/model.safetensors`)
    const place = join(folder, 'snapshots', 'main', 'sub', 'model.safetensors')
    await expect(error).rejects.toThrow(place)
    await mkdir(dirname(place), { recursive: true })
    await writeFile(place, large)
    expect(await get('hf:o/n/sub/model.safetensors', offline)).toEqual(large)
    expect(hub.requests).toEqual([])
  })

  it('without a connection: as offline', async () => {
    const { hub, get, home } = await setUp()
    await get('hf:o/n/config.json')
    // Nothing listens on port 1.
    const unreachable = await hubSettings({ HF_ENDPOINT: 'http://127.0.0.1:1', HF_HOME: home })
    expect(await get('hf:o/n/config.json', unreachable)).toBeDefined()
    await expect(get('hf:o/n/sub/model.safetensors', unreachable)).rejects.toThrow(
      /no connection \(ECONNREFUSED\)|bad port/,
    )
    expect(hub.requests.length).toBe(2)
  })
})

describe('parseHubSpec', () => {
  it.each([
    ['hf:timm/resnet18.a1_in1k', { owner: 'timm', name: 'resnet18.a1_in1k', revision: 'main', file: undefined }],
    ['hf:o/n@v1.0', { owner: 'o', name: 'n', revision: 'v1.0', file: undefined }],
    ['hf:o/n/onnx/model.onnx', { owner: 'o', name: 'n', revision: 'main', file: 'onnx/model.onnx' }],
    ['hf:o/n@refs/pr/12/a b.onnx', { owner: 'o', name: 'n', revision: 'refs/pr/12', file: 'a b.onnx' }],
  ])('%s', (text, spec) => {
    expect(parseHubSpec(text)).toEqual(spec)
  })

  it.each([
    'hf:',
    'hf:resnet18',
    'hf:../n',
    'hf:o/..',
    'hf:o/n/../x',
    'hf:o/n//x',
    'hf:o/n/./x',
    'hf:o/n@../x',
    'hf:o/n@..',
    'hf:o/n@.',
    'hf:-o/n',
    'hf:o--x/n',
    'hf:o/n\\x',
    'hf:o/n/a\\..\\b',
    'hf:o/n/C:x',
    'hf:o/n/a\u0000b',
    'hf:o/n\n',
    'hf:o/',
  ])('refuses %j', (text) => {
    expect(() => parseHubSpec(text)).toThrow('not the name of a model on the hub')
  })
})
