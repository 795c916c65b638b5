/** Ten lines that use the model that was taken away. */

export interface Used {
  /** Of the file, without its ending. */
  readonly name: string
}

export const programs = {
  node: ({ name }: Used) => `import { Model } from 'lenslet' // npm install lenslet

const model = await Model.load('${name}.lenslet', { batch: 1 })
const best = await model.classify('image.png', { top: 3 })
for (const { class: name, probability } of best) console.log(name, \`\${(100 * probability).toFixed(1)} %\`)
await model.dispose()
`,
  page: ({ name }: Used) => `<!doctype html>
<input type="file" id="image" accept="image/*">
<pre id="answer"></pre>
<script type="module">
  import { Model } from './node_modules/lenslet/dist/lenslet.predict.js'

  const bytes = await (await fetch('${name}.lenslet')).arrayBuffer()
  const model = await Model.load(bytes, { batch: 1 })
  document.querySelector('#image').onchange = async ({ target }) => {
    const best = await model.classify(target.files[0], { top: 3 })
    document.querySelector('#answer').textContent = best.map((one) => \`\${one.class} \${one.probability.toFixed(3)}\`).join('\\n')
  }
</script>
`,
  shell: ({ name }: Used) => `npx lenslet predict ${name}.lenslet image.png
npx lenslet look ${name}.lenslet image.png
npx lenslet eval ${name}.lenslet --data mnist
`,
  python: ({ name }: Used) => `from safetensors.torch import load_file  # pip install safetensors torch

weights = load_file("${name}.safetensors")
for name, tensor in weights.items():
    print(name, tuple(tensor.shape))
# A module with layers of these names takes them: module.load_state_dict(weights)
`,
} as const

export type ProgramName = keyof typeof programs

/** A title as the name of a file: letters of any script, digits, dots and lines. */
export function fileNameOf(title: string): string {
  const name = title
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}._-]+/gu, '-')
    .replace(/^[-.]+|[-.]+$/g, '')
    .slice(0, 60)
  return name === '' ? 'model' : name
}
