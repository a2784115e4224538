/**
 * Mistral (Jiang et al. 2023, as in transformers' `modeling_mistral.py`, or `modeling_ministral.py` where `layer_types` mixes
 * windows with full attention).
 */
import { attentionWindows } from './attention-windows.ts'
import { gatedModel, readGatedSizes } from './gated-decoder.ts'
import type { Architecture } from './model.ts'
import { readRope } from './rope-parameters.ts'

export const mistral: Architecture = {
  modelType: 'mistral',
  kind: 'decoder-only',
  base: 'model.',
  open: (config, tensors) => {
    config.require('attention_bias', [false])
    config.require('mlp_bias', [false])
    const sizes = readGatedSizes(config, { vocabulary: 32000, inner: 14336, keyHeads: 8 })
    const window = config.isNull('sliding_window') ? null : config.whole('sliding_window', 4096)
    return gatedModel(config, tensors, {
      architecture: 'mistral',
      sizes,
      rope: readRope(config, sizes.headWidth),
      windows: attentionWindows(config, sizes.layers, window, 0),
      biases: { inputs: false, output: false, feedForward: false },
    })
  },
}
