/** `lenslet export <net> --torch DIR`: a training that PyTorch's distributed engine takes over, as a folder that runs by itself. */

import type { Command } from 'commander'
import { addDataOptions, dataHelp } from './data.ts'
import { UsageError } from './errors.ts'
import { exportTorch, type TorchCall } from './exportTorch.ts'
import { freezeHelp, layerNames } from './fineTuning.ts'
import { pictureSize, sizeHelp } from './fitNetwork.ts'
import { onInterrupt } from './interrupt.ts'
import { newHeadHelp } from './newHead.ts'
import { addPreprocessOptions } from './preprocess.ts'
import { Terminal } from './terminal.ts'
import { threadCount } from './threadCount.ts'
import { addLearningOptions } from './trainSettings.ts'

interface ExportCall extends TorchCall {
  readonly torch?: string
}

export function define(command: Command): void {
  command
    .argument('[net]', 'name from the zoo, text in the notation, or a file; a .lenslet model is trained further')
    .option('--torch <folder>', 'a folder to train in with PyTorch, on several processors, GPUs or machines')
    .option('--data <data>', dataHelp)
    .option('--size <size>', sizeHelp, pictureSize('--size'))
    .option('--new-head', newHeadHelp)
    .option('--freeze <layers>', freezeHelp, layerNames('--freeze'))
    .option('--pack', 'put the decoded images of images:FOLDER into the folder, too; default: the list of their files')
    .option('--force', 'replace a former export, with all that the folder holds')
    .option('--threads <n>', 'workers, for --start rules that need the images; never changes the result', threadCount)
    .option('--json', 'one JSON object on stdout; progress on stderr')
  addLearningOptions(command)
  addDataOptions(command)
  addPreprocessOptions(command)
  command.addHelpText('after', examples).action(run)
}

const examples = `
The options are those of 'lenslet train'. The folder holds the network, the weights before the first step, the data,
and the programs; its README.md has the commands for one machine, several, and SLURM.

Examples:
  lenslet export lenet5 --torch lenet5-torch --data mnist --epochs 3
  lenslet export resnet20 --torch /shared/resnet20 --data cifar10
  lenslet export resnet50 --torch /shared/photos-run --data images:/shared/photos --batch 256 --augment flip
  lenslet convert lenet5-torch/best.safetensors lenet5.lenslet`

async function run(net: string | undefined, { torch, ...call }: ExportCall): Promise<void> {
  if (torch === undefined) {
    throw new UsageError('it is not said what to export to', {
      received: net ?? 'nothing',
      expected: '--torch FOLDER, to train with PyTorch',
      advice: 'lenslet convert writes models in other formats',
    })
  }
  const terminal = new Terminal(call.json === true)
  const interrupt = onInterrupt(() => terminal.progress('Stopping. Press Ctrl-C again to stop at once.'))
  try {
    await exportTorch(net, torch, call, terminal, interrupt.signal)
  } catch (error) {
    if (!interrupt.signal.aborted || error !== interrupt.signal.reason) throw error
    terminal.progress('Stopped; nothing was written.')
    throw interrupt.stopped()
  } finally {
    interrupt.release()
  }
}
