/** The README.md of an exported folder: what it holds, and the commands for one process, several, several machines, and SLURM. */

import { printable } from '../../core/text.ts'
import type { TorchRecipe } from './recipe.ts'

const count = (value: number) => value.toLocaleString('en-US')

/** A name from outside as Markdown's code. */
const code = (name: string) => `\`${printable(name).replaceAll('`', "'")}\``

export function readmeOf(recipe: TorchRecipe): string {
  const { name, data, counts, epochs, batch, accumulate, stepsPerEpoch, keep } = recipe
  const images = [
    `${count(counts.train)} for training`,
    ...(counts.validation > 0 ? [`${count(counts.validation)} for validation`] : []),
    ...(counts.test > 0 ? [`${count(counts.test)} for testing`] : []),
  ].join(', ')
  const update = accumulate === 1 ? '' : `; an update takes the gradients of ${accumulate} batches`
  const home = `${name.replace(/[^\w.-]+/g, '_')}.lenslet`
  const result = keep === 'best' ? 'best.safetensors' : 'last.safetensors'
  return `# ${printable(name)}, to be trained with PyTorch

Lenslet exported this training. It runs by itself: the folder has the network, the weights before the first step, the
recipe, ${data.kind === 'arrays' ? 'the images,' : 'the list of the image files,'} and the programs. They need Python 3.8 or later with PyTorch 1.13 or later
and NumPy${data.kind === 'files' ? ', and Pillow for the image files' : ''}.

- Images: ${images}, from ${code(data.source)}.
- ${count(epochs)} epochs of ${count(stepsPerEpoch)} steps. A batch has ${count(batch)} images, over all processes together${update}.
- The number of processes must divide ${count(batch)}: ${divisors(batch).join(', ')}.

Any number of processes sees the same images in the same order, with the same augmentation, and takes the same steps; only
the order of additions differs. Batch normalization normalizes over the part of the batch that a process has. With
\`--sync-bn\` it normalizes over the whole batch, as one process does.

## One process

\`\`\`
python3 train.py
\`\`\`

It uses a GPU where there is one. \`--device cpu\` leaves it alone, \`--amp\` computes in mixed precision. \`python3 train.py --help\` lists all options.

## Several processes on one machine

\`\`\`
torchrun --standalone --nproc_per_node 2 train.py
\`\`\`

Start as many processes as there are GPUs. They exchange gradients by NCCL on GPUs, and by gloo on CPUs. On CPUs, give each process its share
of the cores: \`OMP_NUM_THREADS=4 torchrun --standalone --nproc_per_node 2 train.py --device cpu\`.

Add \`--max_restarts 3\` to go on when a process dies: all processes start again from the last checkpoint.

torchrun of PyTorch 1.13 under Python 3.11 (Debian 12) needs three more options in front of \`train.py\`: \`--redirects 1 --tee 1 --log_dir logs\`.
Its \`--standalone\` always takes the same port, so a second training on the machine needs
\`--rdzv_backend c10d --rdzv_endpoint localhost:0\` in place of it.

## Several machines

Every machine needs ${
    data.kind === 'arrays'
      ? 'this folder: on a shared file system, or as a copy'
      : `this folder and the images: on a shared file system, or as copies.\nThe paths of the images start from ${code(data.root)}; \`--data FOLDER\` names another place`
  }. Run the same command on each, with the name
of one of them as HOST:

\`\`\`
torchrun --nnodes 4 --nproc_per_node 8 --rdzv_backend c10d --rdzv_endpoint HOST:29500 --rdzv_id 1 --max_restarts 3 train.py
\`\`\`

Only the first process writes: checkpoints and weights are on the machine where it runs. After a restart that can be another one, so put the folder on a shared file system, or
name a shared folder with \`--out FOLDER\`.

## SLURM

\`\`\`
#!/bin/bash
#SBATCH --job-name=${name.replace(/[^\w.-]+/g, '_')}
#SBATCH --nodes=4
#SBATCH --ntasks-per-node=1
#SBATCH --gpus-per-node=8
#SBATCH --cpus-per-task=32
#SBATCH --time=12:00:00

host=$(scontrol show hostnames "$SLURM_JOB_NODELIST" | head -n 1)
srun torchrun --nnodes "$SLURM_NNODES" --nproc_per_node "$SLURM_GPUS_ON_NODE" \\
  --rdzv_backend c10d --rdzv_endpoint "$host:29500" --rdzv_id "$SLURM_JOB_ID" --max_restarts 3 train.py
\`\`\`

When the time of the job is over, submit it again: it goes on from the checkpoint.

## Back to Lenslet

\`\`\`
lenslet convert ${result} ${home}
lenslet eval ${home} --data ${/^[\w./:@%+=,-]+$/.test(data.source) ? data.source : "'DATA'"}
\`\`\`

${
  keep === 'best'
    ? '`best.safetensors` has the weights of the epoch with the lowest loss on images that are not trained on, `last.safetensors` those of the last one.'
    : '`last.safetensors` has the weights of the last epoch.'
}
\`lenslet train ${home} --data DATA\` trains the model further.

## Files

| file | what it is |
|---|---|
| \`network.json\` | the network |
| \`weights.safetensors\` | the weights before the first step; itself a Lenslet model |
| \`recipe.json\` | loss, optimizers, schedules, augmentation, seed and order, every number stated |
| \`${data.file}\` | ${data.kind === 'arrays' ? 'the images as bytes, and their labels' : 'the image files of each split, and their labels'} |
| \`lenslet_torch.py\` | reads the network as an \`nn.Module\`: \`from lenslet_torch import load\` |
| \`train.py\`, \`lenslet/\` | the training |
| \`checkpoint.safetensors\` | written while it trains: weights, optimizer state and position |
| \`metrics.jsonl\` | written while it trains: losses and accuracies |
| \`last.safetensors\`${keep === 'best' ? ', `best.safetensors`' : ''} | written at the end: the weights |
`
}

/** Numbers of processes, at most a thousand. */
function divisors(batch: number): readonly string[] {
  const all = Array.from({ length: Math.min(batch, 1024) }, (_, i) => i + 1).filter((n) => batch % n === 0)
  return all.map(count)
}
