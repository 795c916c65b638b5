// The text of docs/zoo.md: every network of the zoo by its card, with sizes and cost computed from the network.

import { printVolume, type Volume } from '../src/core/shapes.ts'
import { printCount } from '../src/inspect/units.ts'
import { cost } from '../src/plan/cost.ts'
import type { ZooEntry } from '../src/zoo/types.ts'
import { zoo } from '../src/zoo/zoo.ts'

const intro = `# The zoo

<!-- Written by \`npm run pages\` from src/zoo. Do not edit. -->

The networks of the CS231n notes and their successors, by name: \`lenslet zoo\` lists them, \`lenslet zoo resnet18\` prints one in the
[notation](notation.md), \`lenslet plan resnet18\` says what it costs, and \`lenslet train resnet18 --data images:FOLDER\` fits it to your
images. In a program: \`zoo.network('resnet18')\`.

The zoo has no weights: a training starts from random ones. Accuracies are those of the papers, or of published weights, as each row says; for
ImageNet, top-1. Parameters count learned weights without running statistics. MACs are multiply–accumulates for one image; one MAC is two
FLOPs. Both are those of inference: auxiliary heads, which only training computes, are not counted.

Tests compare the networks with PyTorch's: parameters, MACs and volumes layer by layer (torchvision), and the scores with weights made by a
formula, which agree within 10⁻⁴ of their root mean square for all architectures in the last table that torchvision 0.14 and timm 1.0 could be
asked about.
`

const groups: readonly (readonly [string, (input: Volume) => boolean])[] = [
  ['Digits', ({ channels }) => channels === 1],
  ['CIFAR-10', ({ height, channels }) => channels === 3 && height < 200],
  ['ImageNet', ({ height }) => height >= 200],
]

/** The page; checked by test/pages.test.ts. */
export function zooPage(): string {
  const all = zoo.names.map((name) => {
    const entry = zoo.entry(name)
    const { layers, totals } = cost(zoo.network(name))
    return { entry, totals, input: layers[0]?.output as Volume }
  })
  const sections = groups.map(([title, belongs]) =>
    [
      `## ${title}`,
      '',
      '| name | network | input | parameters | MACs | published accuracy |',
      '|---|---|---|--:|--:|---|',
      ...all
        .filter(({ input }) => belongs(input))
        .map(({ entry, totals, input }) => {
          const count = [printCount(totals.parameters), printCount(totals.macs)]
          return `| \`${entry.name}\` | ${entry.title} | ${printVolume(input)} | ${count.join(' | ')} | ${entry.accuracy ?? ''} |`
        }),
      '',
    ].join('\n'),
  )
  return [intro, ...sections, papers(all.map(({ entry }) => entry)), names(all.map(({ entry }) => entry))].join('\n')
}

function papers(entries: readonly ZooEntry[]): string {
  const byPaper = new Map<string, string[]>()
  for (const { name, paper } of entries) byPaper.set(paper, [...(byPaper.get(paper) ?? []), `\`${name}\``])
  return [
    '## Papers and sources',
    '',
    ...[...byPaper].map(([paper, names]) => `- ${paper}: ${names.join(', ')}`),
    '',
  ].join('\n')
}

function names(entries: readonly ZooEntry[]): string {
  return [
    '## Names in PyTorch',
    '',
    "The names of the networks in PyTorch's libraries. The order of the modules in their state dicts is known for each.",
    '',
    '| here | torchvision | timm |',
    '|---|---|---|',
    ...entries
      .filter(({ pytorch }) => pytorch !== undefined)
      .map(({ name, pytorch = {} }) => `| \`${name}\` | ${code(pytorch.torchvision)} | ${code(pytorch.timm)} |`),
    '',
  ].join('\n')
}

const code = (names: { readonly name: string } | undefined) => (names === undefined ? '' : `\`${names.name}\``)
