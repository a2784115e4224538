import type { Checkpoint } from '#compute/checkpoint/checkpoint.ts'
import { readFields } from '#compute/checkpoint/fields.ts'
import { ComputeError } from '#compute/errors.ts'
import { bart } from './bart.ts'
import { gptNeox } from './gpt-neox.ts'
import { gpt2 } from './gpt2.ts'
import { m2m100 } from './m2m-100.ts'
import { llama } from './llama.ts'
import { marian } from './marian.ts'
import { mbart } from './mbart.ts'
import { mistral } from './mistral.ts'
import type { Architecture, Model } from './model.ts'
import { opt } from './opt.ts'
import { pegasus } from './pegasus.ts'
import { qwen2 } from './qwen2.ts'
import { t5 } from './t5.ts'
import { tensorsOf } from './tensors.ts'

/** Every architecture we can open. Adding one means one file and one line here. */
const architectures: readonly Architecture[] = [
  marian,
  pegasus,
  bart,
  t5,
  mbart,
  m2m100,
  gpt2,
  llama,
  opt,
  qwen2,
  mistral,
  gptNeox,
]

/** What `model_type` may be. */
export const architectureNames: readonly string[] = architectures.map(({ modelType }) => modelType)

/** Fields that say how many layers there are: each layer is built before its tensors are missed. */
const layerCounts = [
  'num_hidden_layers',
  'n_layer',
  'num_layers',
  'num_decoder_layers',
  'encoder_layers',
  'decoder_layers',
]

/** The deepest published model of these families has 96 layers. */
const mostLayers = 1024

function refuseTooMany(name: string, layers: number): void {
  if (layers <= mostLayers) return
  throw new ComputeError('unsupported', `config.json: ${name} is ${layers}; at most ${mostLayers} layers are supported`)
}

/** Fields that keep a norm from dividing by nothing. */
const epsilons = ['layer_norm_eps', 'layer_norm_epsilon', 'rms_norm_eps']

function refuseNegative(name: string, epsilon: number): void {
  if (epsilon >= 0 && epsilon < 1) return
  throw new ComputeError('bad-checkpoint', `config.json: ${name} is ${epsilon}; it must be from 0 to below 1`)
}

/** Finds the architecture of a checkpoint and checks configuration and tensors against it. */
export function openModel(checkpoint: Checkpoint): Model {
  const config = readFields(checkpoint.config, 'config.json')
  const modelType = config.text('model_type', '')
  const architecture = architectures.find((candidate) => candidate.modelType === modelType)
  if (architecture === undefined) {
    const found =
      modelType === ''
        ? 'config.json names no model_type'
        : `The architecture ${JSON.stringify(modelType)} is not supported`
    throw new ComputeError('unsupported', `${found}; supported are ${architectureNames.join(', ')}`)
  }
  config.require('is_encoder_decoder', [architecture.kind === 'encoder-decoder'])
  config.require('quantization_config', [])
  for (const name of layerCounts) if (config.has(name)) refuseTooMany(name, config.whole(name, 0, 0))
  if (config.has('decoder_layers')) config.whole('decoder_layers')
  for (const name of epsilons) if (config.has(name)) refuseNegative(name, config.number(name))
  return architecture.open(config, tensorsOf(checkpoint.weights, architecture.base))
}
