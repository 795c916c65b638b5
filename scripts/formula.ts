// `npm run formula [-- NAME ...]`: compares the scores of published networks, large ones too, with PyTorch's, with weights by
// formula (../shared/facts/formula). Prints the largest difference, in units of the scores' root mean square.

import { relativeError, scoresByFormula } from '../test/formula/network.ts'
import { hasPublished, publishedNetworks } from '../test/formula/published.ts'

const only = process.argv.slice(2)
if (!hasPublished) {
  console.error('the published outputs are absent: expected the folder ../shared/facts/formula')
  process.exit(2)
}
let failed = 0
for (const { name, library, theirs, published } of publishedNetworks) {
  if (only.length > 0 && !only.includes(name)) continue
  const error = relativeError(await scoresByFormula(name, theirs, published), published.logits)
  if (!(error < 1e-4)) failed++
  console.log(`${name.padEnd(20)} ${library.padEnd(12)} ${error.toExponential(1)}${error < 1e-4 ? '' : '  FAILED'}`)
}
process.exitCode = failed === 0 ? 0 : 1
