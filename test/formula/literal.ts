// A few published scores with weights by formula, for machines without ../shared: the first eight scores, and the root mean
// square of all of them (../shared/facts/formula).

export const literals = {
  'squeezenet1.1': {
    library: 'torchvision',
    side: 224,
    rms: 3.351769,
    first: [0.0, 0.0, 0.3038637, 0.006394221, 1.612972, 0.1423936, 0.0, 4.22324],
  },
  resnet18: {
    library: 'torchvision',
    side: 224,
    rms: 87.70928,
    first: [72.50012, -125.8945, 35.31241, 49.90801, -109.7837, -49.78071, -88.09837, 16.93978],
  },
  'shufflenet-v2': {
    library: 'torchvision',
    side: 224,
    rms: 1276.737,
    first: [763.8048, 2129.437, 310.7605, -316.1607, -257.9351, 1549.323, 44.10093, 1116.352],
  },
  'efficientnet-b0': {
    library: 'torchvision',
    side: 224,
    rms: 0.2513246,
    first: [0.2466903, 0.2230691, -0.04495101, -0.381784, 0.2663265, -0.09117791, 0.1000273, 0.2037576],
  },
  'mobilenet-v3-small': {
    library: 'timm',
    side: 224,
    rms: 11.42499,
    first: [-19.10863, -0.8365104, 14.61844, 11.41979, -1.512413, -8.243011, 10.30975, -4.837386],
  },
} as const
