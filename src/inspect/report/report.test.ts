import { describe, expect, it } from 'vitest'
import { parse } from '../../notation/parse.ts'
import { plan } from '../../plan/plan.ts'
import { memoryTable, networkTable } from '../costTable.ts'
import { type ReportData, reportHtml } from './report.ts'

const network = parse('INPUT 8x8x1 -> CONV3-2 -> RELU -> FC-2')
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
  },
  filters: { name: 'conv1.filters', shape: [3, 3, 1, 2], values: new Float32Array(18) },
  mistakes: {
    pictures: [
      {
        picture: { width: 1, height: 1, pixels: new Uint8Array(4) },
        actual: 'dog',
        predicted: 'cat',
        probability: 0.9,
      },
    ],
    among: 5,
  },
  notation: 'INPUT 8x8x1 -> CONV3-2 -> RELU -> FC-2',
  remarks: ['a remark'],
  next: ['lenslet predict'],
}

describe('a report', () => {
  it('shows what there is, and leaves out what there is not', () => {
    const parts = [
      'What is taken for what',
      'Among the first 5 test pictures',
      'Mistakes it was surest of',
      'What the first layer looks for',
      'Try next',
    ]
    for (const part of parts) {
      expect(reportHtml(full)).toContain(part)
      expect(reportHtml(least)).not.toContain(part)
    }
    for (const page of [reportHtml(full), reportHtml(least)]) expect(page).toContain('The network')
  })

  it('runs nothing, loads nothing, and keeps names text', () => {
    const page = reportHtml(full)
    expect(page).not.toMatch(/<script|<link|<img src=x|@import|url\(/)
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
