/** `lenslet plan <net> [other]`: what a network costs and the memory of its runs before anything runs, or two of them. */

import type { Command } from 'commander'
import { platform } from '#platform'
import { arenaSvg } from '../inspect/arenaSvg.ts'
import { optimizerKinds } from '../ops/optimizer/optimizers.ts'
import { readCall, UsageError } from './errors.ts'
import { freezeHelp, layerNames } from './fineTuning.ts'
import { pictureSize } from './fitNetwork.ts'
import { readNetwork } from './network.ts'
import { bytes, choice, exactHelp, whole } from './options.ts'
import { comparison } from './planCompare.ts'
import { type PlanCall, planned, planValue } from './planned.ts'
import { shapedAs } from './planShape.ts'
import { planWords } from './planWords.ts'
import { Terminal } from './terminal.ts'

export function define(command: Command): void {
  command
    .argument('<net>', 'name from the zoo, text in the notation, or a file (.net, .json, .lenslet)')
    .argument('[other]', 'another network to compare with')
    .option('--batch <n>', 'batch size: images in one run', whole('--batch', 1), 1)
    .option(
      '--optimizer <kind>',
      `for training: ${optimizerKinds.join(', ')}`,
      choice('--optimizer', optimizerKinds),
      'adam',
    )
    .option('--threads <n>', 'number of threads; default: what a run would use', whole('--threads', 1))
    .option('--exact', exactHelp)
    .option('--freeze <layers>', freezeHelp, layerNames('--freeze'))
    .option('--memory <amount>', 'also find the largest batch size that fits: 4GB, 512MB', bytes('--memory'))
    .option(
      '--recompute',
      'also plan a training with recomputation of activations: the least memory, or the fewest MACs that fit into --memory',
    )
    .option('--fc-to-conv', 'make the network fully convolutional: FC and GAP become windows, for larger images')
    .option('--size <sides>', 'for images of this size: 384, or height x width, 384x512', pictureSize('--size'))
    .option('--arena', 'also draw the arena of the training over time')
    .option('--svg <file>', 'also write this drawing as an SVG file')
    .option('--time', 'also measure prediction and training on this machine')
    .option('--strict', 'refuse sizes that are not whole numbers')
    .option('--steps', 'also print the steps and buffers of the plans')
    .option('--json', 'one JSON object on stdout')
    .addHelpText('after', examples)
    .action(run)
}

const examples = `
Examples:
  lenslet plan lenet5
  lenslet plan vgg16 --batch 16 --memory 4GB
  lenslet plan resnet50 --batch 32 --recompute --svg arena.svg
  lenslet plan resnet18 mobilenet-v2 --time
  lenslet plan vgg16 --fc-to-conv --size 384
  lenslet plan "INPUT 227x227x3 -> CONV11-96 s4 p0 -> RELU -> POOL3 s2" --strict`

async function run(net: string, other: string | undefined, call: PlanCall): Promise<void> {
  const terminal = new Terminal(call.json === true)
  const nets = other === undefined ? [net] : [net, other]
  if (call.svg !== undefined && nets.length > 1) {
    throw new UsageError('--svg draws one network', {
      received: `${net} and ${other}`,
      expected: 'one network, or no --svg',
    })
  }
  const sources = await readCall(() =>
    Promise.all(nets.map(async (name) => shapedAs(await readNetwork(name, call), call))),
  )
  const plans: Awaited<ReturnType<typeof planned>>[] = []
  for (const source of sources) {
    if (source.notice !== undefined) terminal.hint(`note: ${source.notice}`)
    plans.push(await readCall(() => planned(source, call, terminal)))
  }
  const [first, second] = plans as [(typeof plans)[0], (typeof plans)[0]?]
  if (call.svg !== undefined) {
    const svg = arenaSvg(first.recomputed ?? first.training, { title: `${first.source.name}: ${first.title}` })
    await readCall(() => platform.writeFileAtomic(call.svg as string, new TextEncoder().encode(`${svg}\n`)))
  }
  const value = second === undefined ? planValue(first) : { networks: plans.map(planValue) }
  terminal.result(value, () =>
    second === undefined ? planWords(first, terminal) : comparison(first, second, terminal),
  )
}
