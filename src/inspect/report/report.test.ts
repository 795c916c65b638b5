import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { parse } from '../../notation/parse.ts'
import { plan } from '../../plan/plan.ts'
import { arenaSvg } from '../arenaSvg.ts'
import { memoryTable, networkTable } from '../costTable.ts'
import { type ReportData, reportHtml } from './report.ts'
import { script, scriptHash } from './script.ts'

const network = parse('INPUT 8x8x1 -> CONV3-2 -> RELU -> FC-2')
const pixel = { width: 1, height: 1, pixels: new Uint8Array(4) }
const least: ReportData = {
  title: 'a <script>alert(1)</script> network',
  subtitle: '',
  figures: [],
  records: [],
  stepsPerEpoch: 1,
  network: networkTable(network),
  memory: memoryTable([['inference', plan(network).memory]]),
  settings: [['data', 'images:"./a&b"']],
  machine: [],
  remarks: [],
  next: [],
}
const full: ReportData = {
  ...least,
  records: [
    { kind: 'step', epoch: 1, step: 1, loss: 0.7, accuracy: 0.5, rate: 0.1, seconds: 1 },
    { kind: 'step', epoch: 1, step: 2, loss: 0.6, accuracy: 0.6, rate: 0.1, seconds: 2 },
    {
      kind: 'epoch',
      epoch: 1,
      step: 2,
      loss: 0.65,
      accuracy: 0.55,
      rate: 0.1,
      seconds: 2,
      testLoss: 0.5,
      testAccuracy: 0.7,
    },
  ],
  stepsPerEpoch: 2,
  best: { epoch: 1, loss: 0.5, accuracy: 0.7, split: 'test' },
  keptEpoch: 1,
  evaluation: {
    loss: 0.5,
    accuracy: 0.7,
    count: 10,
    invalid: 0,
    perClass: [
      { label: '<img src=x onerror=alert(1)>', count: 5, accuracy: 0.6 },
      { label: 'dog', count: 5, accuracy: 0.8 },
    ],
    confusion: [
      [3, 2],
      [1, 4],
    ],
    pairs: [],
    calibration: {
      error: 0.1,
      confidence: 0.8,
      bins: [
        { from: 0, to: 0.5, count: 0, confidence: null, accuracy: null },
        { from: 0.5, to: 1, count: 10, confidence: 0.8, accuracy: 0.7 },
      ],
    },
  },
  metrics: {
    classes: [
      { label: '<img src=x onerror=alert(1)>', support: 5, precision: 0.75, recall: 0.6, f1: 2 / 3 },
      { label: 'dog', support: 5, precision: 2 / 3, recall: 0.8, f1: null },
    ],
    macro: { precision: 0.7, recall: 0.7, f1: 0.7 },
  },
  filters: { name: 'conv1.filters', shape: [3, 3, 1, 2], values: new Float32Array(18) },
  mistakes: {
    pictures: [
      {
        picture: pixel,
        actual: 'dog',
        predicted: 'cat',
        probability: 0.9,
      },
    ],
    among: 5,
  },
  samples: {
    pictures: [{ original: pixel, augmented: pixel, label: '<i>\u001b[31mdog' }],
    augmentation: 'flip',
  },
  notation: 'INPUT 8x8x1 -> CONV3-2 -> RELU -> FC-2',
  arena: arenaSvg(plan(network, { mode: 'training' })),
  remarks: ['a remark'],
  next: ['lenslet predict'],
}

describe('a report', () => {
  it('shows what there is, and leaves out what there is not', () => {
    const parts = [
      'Best and last',
      'The model file has the weights of epoch 1.',
      'best epoch: 1',
      'Per class',
      'Confusion matrix',
      'Reliability diagram',
      'more sure than it should be',
      'among the first 5 test images',
      'Most confident mistakes',
      'Augmented training images',
      'First-layer filters',
      'The arena over time',
      'Next steps',
    ]
    for (const part of parts) {
      expect(reportHtml(full)).toContain(part)
      expect(reportHtml(least)).not.toContain(part)
    }
    for (const page of [reportHtml(full), reportHtml(least)]) expect(page).toContain('<h2>Network</h2>')
  })

  it('runs one script of its own, loads nothing, and keeps names text', () => {
    const page = reportHtml(full)
    expect(scriptHash).toBe(`sha256-${createHash('sha256').update(script).digest('base64')}`)
    expect(page.split(`<script>${script}</script>`)).toHaveLength(2)
    expect(page).toContain(`default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src '${scriptHash}'`)
    expect(page).not.toContain('\u001b')
    expect(page.replace(script, '')).not.toMatch(/<script[^>]|<link|<img src=x|@import|url\(/)
    expect(page.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:/)
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
    expect(page).toContain('images:&quot;./a&amp;b&quot;')
  })

  it('opens and closes every element', () => {
    const open: string[] = []
    const alone = ['meta', 'img', '!doctype']
    for (const [, slash, name = '', , closed] of reportHtml(full).matchAll(
      /<(\/?)([!a-z0-9]+)((?:"[^"]*"|[^">])*?)(\/?)>/g,
    )) {
      if (slash === '/') expect(open.pop()).toBe(name)
      else if (closed !== '/' && !alone.includes(name)) open.push(name)
    }
    expect(open).toEqual([])
  })
})
