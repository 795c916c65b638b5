/**
 * The messages of Caffe's caffe.proto that describe a network: names, types and numbers of their fields, for text and binary
 * files alike. A repeated field is marked by `*`. `word` is a value of an enumeration. Of other fields nothing is read.
 */

export interface FieldSchema {
  readonly name: string
  readonly number: number
  /** A scalar, `Blob`, or the type of a message. */
  readonly type: string
  readonly repeated: boolean
}

export interface MessageSchema {
  readonly type: string
  readonly byName: ReadonlyMap<string, FieldSchema>
  readonly byNumber: ReadonlyMap<number, FieldSchema>
}

const filler =
  'type text 1, value real 2, min real 3, max real 4, mean real 5, std real 6, sparse whole 7, variance_norm word 8'
const window = (numbers: string) => {
  const [pad, kernel, stride, padH, padW, kernelH, kernelW, strideH, strideW] = numbers.split(' ')
  return (
    `pad* whole ${pad}, kernel_size* whole ${kernel}, stride* whole ${stride}, pad_h whole ${padH}, pad_w whole ${padW}, ` +
    `kernel_h whole ${kernelH}, kernel_w whole ${kernelW}, stride_h whole ${strideH}, stride_w whole ${strideW}`
  )
}

/** The parameters of layers: name of the field, type of the message, number in `layer` and, if it is that old, in `layers`. */
const parameters = `
  transform_param TransformationParameter 100 36
  loss_param LossParameter 101 42
  accuracy_param AnyParameter 102 27
  argmax_param AnyParameter 103 23
  concat_param ConcatParameter 104 9
  convolution_param ConvolutionParameter 106 10
  data_param DataParameter 107 11
  dropout_param DropoutParameter 108 12
  dummy_data_param DummyDataParameter 109 26
  eltwise_param EltwiseParameter 110 24
  hdf5_data_param AnyParameter 112 13
  image_data_param ImageDataParameter 115 15
  inner_product_param InnerProductParameter 117 17
  lrn_param LRNParameter 118 18
  memory_data_param MemoryDataParameter 119 22
  pooling_param PoolingParameter 121 19
  power_param PowerParameter 122 21
  relu_param ReLUParameter 123 30
  sigmoid_param EngineParameter 124 38
  softmax_param SoftmaxParameter 125 39
  slice_param SliceParameter 126 31
  tanh_param EngineParameter 127 37
  window_data_param DataParameter 129 20
  prelu_param PReLUParameter 131
  reshape_param ReshapeParameter 133
  flatten_param FlattenParameter 135
  reduction_param ReductionParameter 136
  batch_norm_param BatchNormParameter 139
  elu_param ELUParameter 140
  bias_param BiasParameter 141
  scale_param ScaleParameter 142
  input_param InputParameter 143
  crop_param CropParameter 144
  swish_param SwishParameter 147
  clip_param ClipParameter 148
  interp_param InterpParameter
  upsample_param UpsampleParameter
  shuffle_channel_param ShuffleChannelParameter`
  .trim()
  .split('\n')
  .map((line) => line.trim().split(' ') as [string, string, string?, string?])

/** Variants of Caffe number what they add as they like: such parameters are read from text files only. */
const unnumbered = (index: number) => `${100_000 + index}`
const layerParameters = parameters
  .map(([name, type, number], index) => `${name} ${type} ${number ?? unnumbered(index)}`)
  .join(', ')
const oldParameters = parameters
  .flatMap(([name, type, , old]) => (old === undefined ? [] : [`${name} ${type} ${old}`]))
  .join(', ')

const messages: Readonly<Record<string, string>> = {
  NetParameter:
    'name text 1, input* text 3, input_shape* BlobShape 8, input_dim* whole 4, force_backward flag 5, state NetState 6, ' +
    'debug_info flag 7, layer* LayerParameter 100, layers* V1LayerParameter 2',
  BlobShape: 'dim* whole 1',
  NetState: 'phase word 1, level whole 2, stage* text 3',
  NetStateRule: 'phase word 1, min_level whole 2, max_level whole 3, stage* text 4, not_stage* text 5',
  ParamSpec: 'name text 1, share_mode word 2, lr_mult real 3, decay_mult real 4',
  LayerParameter:
    'name text 1, type text 2, bottom* text 3, top* text 4, phase word 10, loss_weight* real 5, param* ParamSpec 6, ' +
    `blobs* Blob 7, propagate_down* flag 11, include* NetStateRule 8, exclude* NetStateRule 9, ${layerParameters}`,
  V1LayerParameter:
    'bottom* text 2, top* text 3, name text 4, include* NetStateRule 32, exclude* NetStateRule 33, type word 5, ' +
    'blobs* Blob 6, param* text 1001, blob_share_mode* word 1002, blobs_lr* real 7, weight_decay* real 8, ' +
    `loss_weight* real 35, layer V0LayerParameter 1, ${oldParameters}`,
  V0LayerParameter: 'name text 1, type text 2',
  FillerParameter: filler,
  AnyParameter: '',
  EngineParameter: 'engine word 1',
  TransformationParameter:
    'scale real 1, mirror flag 2, crop_size whole 3, mean_file text 4, mean_value* real 5, force_color flag 6, force_gray flag 7',
  LossParameter: 'ignore_label whole 1, normalization word 3, normalize flag 2',
  ConcatParameter: 'axis whole 2, concat_dim whole 1',
  ConvolutionParameter:
    `num_output whole 1, bias_term flag 2, ${window('3 4 6 9 10 11 12 13 14')}, dilation* whole 18, group whole 5, ` +
    'weight_filler FillerParameter 7, bias_filler FillerParameter 8, engine word 15, axis whole 16, force_nd_im2col flag 17',
  DataParameter:
    'source text 1, batch_size whole 4, rand_skip whole 7, backend word 8, scale real 2, mean_file text 3, crop_size whole 5, ' +
    'mirror flag 6, force_encoded_color flag 9, prefetch whole 10',
  DropoutParameter: 'dropout_ratio real 1, scale_train flag 2',
  DummyDataParameter:
    'data_filler* FillerParameter 1, shape* BlobShape 6, num* whole 2, channels* whole 3, height* whole 4, width* whole 5',
  EltwiseParameter: 'operation word 1, coeff* real 2, stable_prod_grad flag 3',
  ImageDataParameter:
    'source text 1, batch_size whole 4, rand_skip whole 7, shuffle flag 8, new_height whole 9, new_width whole 10, is_color flag 11, ' +
    'scale real 2, mean_file text 3, crop_size whole 5, mirror flag 6, root_folder text 12',
  InnerProductParameter:
    'num_output whole 1, bias_term flag 2, weight_filler FillerParameter 3, bias_filler FillerParameter 4, axis whole 5, transpose flag 6',
  LRNParameter: 'local_size whole 1, alpha real 2, beta real 3, norm_region word 4, k real 5, engine word 6',
  MemoryDataParameter: 'batch_size whole 1, channels whole 2, height whole 3, width whole 4',
  PoolingParameter: `pool word 1, ${window('4 2 3 9 10 5 6 7 8')}, engine word 11, global_pooling flag 12, round_mode word 13`,
  PowerParameter: 'power real 1, scale real 2, shift real 3',
  ReLUParameter: 'negative_slope real 1, engine word 2',
  SoftmaxParameter: 'engine word 1, axis whole 2',
  SliceParameter: 'axis whole 3, slice_point* whole 2, slice_dim whole 1',
  PReLUParameter: 'filler FillerParameter 1, channel_shared flag 2',
  ReshapeParameter: 'shape BlobShape 1, axis whole 2, num_axes whole 3',
  FlattenParameter: 'axis whole 1, end_axis whole 2',
  ReductionParameter: 'operation word 1, axis whole 2, coeff real 3',
  BatchNormParameter: 'use_global_stats flag 1, moving_average_fraction real 2, eps real 3',
  ELUParameter: 'alpha real 1',
  BiasParameter: 'axis whole 1, num_axes whole 2, filler FillerParameter 3',
  ScaleParameter:
    'axis whole 1, num_axes whole 2, filler FillerParameter 3, bias_term flag 4, bias_filler FillerParameter 5',
  InputParameter: 'shape* BlobShape 1',
  CropParameter: 'axis whole 1, offset* whole 2',
  SwishParameter: 'beta real 1',
  ClipParameter: 'min real 1, max real 2',
  InterpParameter:
    'height whole 1, width whole 2, zoom_factor whole 3, shrink_factor whole 4, pad_beg whole 5, pad_end whole 6',
  UpsampleParameter: 'scale whole 1',
  ShuffleChannelParameter: 'group whole 1',
}

const schemas: ReadonlyMap<string, MessageSchema> = new Map(
  Object.entries(messages).map(([type, text]) => {
    const fields = text.split(', ').filter(Boolean).map(fieldSchema)
    return [
      type,
      {
        type,
        byName: new Map(fields.map((field) => [field.name, field])),
        byNumber: new Map(fields.map((field) => [field.number, field])),
      },
    ]
  }),
)

function fieldSchema(text: string): FieldSchema {
  const [name = '', type = '', number] = text.split(' ')
  return { name: name.replace('*', ''), type, number: Number(number), repeated: name.endsWith('*') }
}

/** Undefined for a scalar and for `Blob`. */
export function schemaOf(type: string): MessageSchema | undefined {
  return schemas.get(type)
}

/** Of the message that the whole file is. */
export const netSchema = schemas.get('NetParameter') as MessageSchema
