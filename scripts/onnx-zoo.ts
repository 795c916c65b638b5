// Exports every network of the zoo, runs it in ONNX Runtime and in Lenslet on the same images, and reads it back:
//
//   npm ci --ignore-scripts --prefix test/onnxruntime
//   npm run onnx-zoo [-- NAME...]
//
// The largest networks have half a gigabyte of weights: all of them take several minutes and 4 GB.

import { zoo } from '../src/zoo/zoo.ts'
import { compare } from '../test/onnxruntime/compare.ts'
import { missing, oracle } from '../test/onnxruntime/run.ts'

if (oracle === undefined) {
  console.error(missing)
  process.exit(1)
}
const names = process.argv.slice(2)
let failed = 0
for (const name of names.length > 0 ? names : zoo.names) {
  const network = zoo.network(name)
  const { difference, allowed, back, changed } = await compare(network, {}, 'wasm')
  const isSame = JSON.stringify(back.network) === JSON.stringify(network) && changed === undefined
  const passed = difference <= allowed && isSame
  if (!passed) failed += 1
  const words = `${difference.toExponential(1)} of ${allowed.toExponential(1)} allowed`
  console.log(
    `${passed ? 'passed' : 'FAILED'}  ${name}: ${words}, ${isSame ? 'the same network' : 'ANOTHER NETWORK'} back`,
  )
}
process.exitCode = failed === 0 ? 0 : 1
