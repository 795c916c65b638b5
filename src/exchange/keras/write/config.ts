/** The configuration of a model, as Keras 3 and as TensorFlow.js (Keras 2) write it. */

import type { Dialect, Value, WrittenLayer, WrittenModel } from './writing.ts'

/** What we write means what this version of Keras means by it. */
export const kerasVersion = '3.0.0'

export function configOf({ layers, input, output }: WrittenModel, dialect: Dialect): object {
  const config = {
    name: 'network',
    trainable: true,
    layers: layers.map((layer) => (dialect === 'keras' ? newLayer(layer) : oldLayer(layer))),
    input_layers: [history(input)],
    output_layers: [history(output)],
  }
  if (dialect === 'tfjs') return { class_name: 'Functional', config }
  return { module: 'keras', class_name: 'Functional', config, registered_name: 'Functional' }
}

/** The first output of the first call. */
const history = ({ layer }: Value) => [layer, 0, 0]

const float = { dtype: 'float32' }

function oldLayer({ type, name, config, inputs, shape }: WrittenLayer): object {
  const own = type === 'InputLayer' ? { batch_input_shape: [null, ...shape], sparse: false } : {}
  const nodes = inputs.length === 0 ? [] : [inputs.map((each) => [...history(each), {}])]
  return { class_name: type, config: { ...config, ...own, ...float }, name, inbound_nodes: nodes }
}

/** Layers that join take a list of tensors. */
const joining = new Set(['Add', 'Multiply', 'Concatenate'])

function newLayer({ type, name, config, inputs, shape }: WrittenLayer): object {
  const own = type === 'InputLayer' ? { batch_shape: [null, ...shape], sparse: false } : {}
  const tensors = inputs.map((each) => ({
    class_name: '__keras_tensor__',
    config: { shape: [null, ...each.shape], ...float, keras_history: history(each) },
  }))
  const args = joining.has(type) ? [tensors] : tensors
  return {
    module: 'keras.layers',
    class_name: type,
    config: { ...config, ...own, ...float },
    registered_name: null,
    name,
    inbound_nodes: inputs.length === 0 ? [] : [{ args, kwargs: {} }],
  }
}
