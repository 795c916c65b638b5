// The SVG pictures: what they show, that hostile names stay text, and that another program can draw them.
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { commonMistakes, confusionSvg } from './confusion.ts'
import { curvesSvg } from './curves.ts'

const draws = async (svg: string) => {
  const { width = 0, height = 0 } = await sharp(Buffer.from(svg)).metadata()
  return width > 0 && height > 0
}

describe('curves', () => {
  const curve = (points: [number, number][], marked = false) => ({ label: 'a', color: '#123456', points, marked })

  it('go through every point that is a number', async () => {
    const svg = curvesSvg(
      [
        curve([
          [0, 3],
          [1, Number.NaN],
          [2, 1],
          [3, 0.5],
        ]),
      ],
      { title: 'Loss', log: true },
    )
    const [, path = ''] = /stroke="#123456"[^>]*>/.exec(svg) ? (/<path d="([^"]*)" fill="none"/.exec(svg) ?? []) : []
    const places = path.match(/[\d.]+ [\d.]+/g)?.map((pair) => pair.split(' ').map(Number) as [number, number])
    expect(places).toHaveLength(3)
    // Later is further right, less is further down.
    expect(places?.map(([x]) => x)).toEqual(places?.map(([x]) => x).sort((a, b) => a - b))
    expect(places?.map(([, y]) => y)).toEqual(places?.map(([, y]) => y).sort((a, b) => a - b))
    expect(await draws(svg)).toBe(true)
  })

  it('have marks where asked, and say where nothing was recorded', () => {
    const marked = curvesSvg([curve([[1, 0.5]], true)], { title: 'Accuracy' })
    expect(marked.match(/<circle/g)).toHaveLength(1)
    expect(curvesSvg([], { title: 'Loss' })).toContain('nothing recorded')
  })

  it('are linear where a value is 0', () => {
    const points: [number, number][] = [
      [0, 1],
      [1, 0],
    ]
    const options = { title: 'Loss' }
    expect(curvesSvg([curve(points)], { ...options, log: true })).toBe(curvesSvg([curve(points)], options))
  })
})

describe('the confusion matrix', () => {
  const confusion = [
    [8, 2, 0],
    [0, 5, 0],
    [1, 3, 6],
  ]
  const labels = ['cat', 'dog', '<b>&"ant"']

  it('lists mistakes by their number, with their share of the class', () => {
    expect(commonMistakes(confusion, labels, 2)).toEqual([
      { actual: '<b>&"ant"', predicted: 'dog', count: 3, share: 0.3 },
      { actual: 'cat', predicted: 'dog', count: 2, share: 0.2 },
    ])
  })

  it('has a cell for each pair, and keeps names text', async () => {
    const svg = confusionSvg(confusion, labels)
    // A ground each, and a color where there are pictures.
    expect(svg.match(/<rect/g)).toHaveLength(9 + 6)
    expect(svg).toContain('cat predicted as dog: 2 of 10')
    expect(svg).toContain('&lt;b&gt;&amp;&quot;ant&quot;')
    expect(svg).not.toContain('<b>')
    expect(await draws(svg)).toBe(true)
  })

  it('cuts long names, whole in their tooltips, and shows control characters as text', async () => {
    const long = 'Ailuropoda melanoleuca, the giant panda'
    const svg = confusionSvg(confusion, [long, '\u001b[31mred\u0007', '大熊猫'])
    expect(svg).toContain('<title>Ailuropoda melanoleuca, the giant panda</title>Ailuropoda melano…</text>')
    expect(svg).toContain('\\u001b[31mred\\u00…</text>')
    expect(svg).not.toContain('\u001b')
    expect(await draws(svg)).toBe(true)
  })

  it('is drawn for one class, for many, and where a class has no images', async () => {
    const many = Array.from({ length: 100 }, (_, i) =>
      Array.from({ length: 100 }, (_, j) => (i === j && i > 0 ? 3 : 0)),
    )
    for (const matrix of [[[4]], many, [[0]]]) expect(await draws(confusionSvg(matrix, []))).toBe(true)
  })
})
