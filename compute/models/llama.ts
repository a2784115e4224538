/** Llama (Touvron et al. 2023, as in transformers' `modeling_llama.py`): SmolLM and TinyLlama are of this architecture too. */
import { gatedModel, readGatedSizes } from './gated-decoder.ts'
import type { Architecture } from './model.ts'
import { readRope } from './rope-parameters.ts'

export const llama: Architecture = {
  modelType: 'llama',
  kind: 'decoder-only',
  base: 'model.',
  open: (config, tensors) => {
    const sizes = readGatedSizes(config, { vocabulary: 32000, inner: 11008, keyHeads: null })
    const hasBias = config.flag('attention_bias', false)
    return gatedModel(config, tensors, {
      architecture: 'llama',
      sizes,
      rope: readRope(config, sizes.headWidth),
      windows: [],
      biases: { inputs: hasBias, output: hasBias, feedForward: config.flag('mlp_bias', false) },
    })
  },
}
