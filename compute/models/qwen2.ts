/** Qwen2 and Qwen2.5 (Yang et al. 2024, as in transformers' `modeling_qwen2.py`): biased queries, keys and values, windows in the upper layers. */
import { attentionWindows } from './attention-windows.ts'
import { gatedModel, readGatedSizes } from './gated-decoder.ts'
import type { Architecture } from './model.ts'
import { readRope } from './rope-parameters.ts'

export const qwen2: Architecture = {
  modelType: 'qwen2',
  kind: 'decoder-only',
  base: 'model.',
  open: (config, tensors) => {
    const sizes = readGatedSizes(config, { vocabulary: 151936, inner: 22016, keyHeads: null })
    const hasWindow = config.flag('use_sliding_window', false) && !config.isNull('sliding_window')
    const window = hasWindow ? config.whole('sliding_window', 4096) : null
    return gatedModel(config, tensors, {
      architecture: 'qwen2',
      sizes,
      rope: readRope(config, sizes.headWidth),
      windows: attentionWindows(config, sizes.layers, window, config.whole('max_window_layers', 28, 0)),
      biases: { inputs: true, output: false, feedForward: false },
    })
  },
}
