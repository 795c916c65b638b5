/** The network as data: nodes and wiring, checked; volumes, cost and receptive fields by asking layers; JSON. */

export { NetworkError, NetworkFileError, SizeError } from './errors.ts'
export { fitHead, type Head, headOf } from './fitHead.ts'
export { fitInput } from './fitInput.ts'
export { convToFc, fcToConv } from './fullyConvolutional.ts'
export { networkFromJson, networkToJson } from './json.ts'
export { isNodeName, layerOf, makeNetwork, type Network, type NetworkNode } from './network.ts'
export { type ReceptiveField, receptiveFields } from './receptiveField.ts'
export { inferVolumes, type SizedNode } from './volumes.ts'
