/** A GPT-2-small shape with random weights, made on the fly: 12 layers, width 768, vocabulary 50,257. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { encodeSafetensors } from '#compute/index.ts'
import type { FileTensor } from '#compute/index.ts'
import { makeRandom } from '#compute/generate/sample.ts'

const [layers, width, vocabulary, positions] = [12, 768, 50_257, 1024]

const config = {
  model_type: 'gpt2',
  n_layer: layers,
  n_embd: width,
  n_head: 12,
  n_positions: positions,
  vocab_size: vocabulary,
  bos_token_id: 50_256,
  eos_token_id: 50_256,
  activation_function: 'gelu_new',
  layer_norm_epsilon: 1e-5,
  tie_word_embeddings: true,
}

/** Writes config, weights and a tokenizer of one word per id (so that tools that insist on text have one). */
export function makeRandomCheckpoint(folder: string): void {
  mkdirSync(folder, { recursive: true })
  const random = makeRandom(1)
  const normal = (shape: readonly number[], deviation: number, centre = 0): FileTensor => {
    const data = new Float32Array(shape.reduce((product, dim) => product * dim, 1))
    for (let i = 0; i < data.length; i += 2) {
      const radius = deviation * Math.sqrt(-2 * Math.log(1 - random()))
      const angle = 2 * Math.PI * random()
      data[i] = centre + radius * Math.cos(angle)
      if (i + 1 < data.length) data[i + 1] = centre + radius * Math.sin(angle)
    }
    return { dtype: 'F32', shape, data }
  }
  const tensors: Record<string, FileTensor> = {
    'transformer.wte.weight': normal([vocabulary, width], 0.02),
    'transformer.wpe.weight': normal([positions, width], 0.01),
    'transformer.ln_f.weight': normal([width], 0.02, 1),
    'transformer.ln_f.bias': normal([width], 0.02),
  }
  for (let l = 0; l < layers; l++) {
    const name = (part: string): string => `transformer.h.${l}.${part}`
    for (const norm of ['ln_1', 'ln_2']) {
      tensors[name(`${norm}.weight`)] = normal([width], 0.02, 1)
      tensors[name(`${norm}.bias`)] = normal([width], 0.02)
    }
    for (const [part, from, to] of [
      ['attn.c_attn', width, 3 * width],
      ['attn.c_proj', width, width],
      ['mlp.c_fc', width, 4 * width],
      ['mlp.c_proj', 4 * width, width],
    ] as const) {
      tensors[name(`${part}.weight`)] = normal([from, to], 0.02)
      tensors[name(`${part}.bias`)] = normal([to], 0.02)
    }
  }
  writeFileSync(join(folder, 'model.safetensors'), encodeSafetensors(tensors, { format: 'pt' }))
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ ...config, architectures: ['GPT2LMHeadModel'] }))
  writeFileSync(join(folder, 'generation_config.json'), JSON.stringify({ eos_token_id: 50_256 }))
  const vocab = Object.fromEntries(Array.from({ length: vocabulary }, (_, id) => [`w${id}`, id]))
  const tokenizer = {
    version: '1.0',
    added_tokens: [],
    normalizer: null,
    pre_tokenizer: { type: 'WhitespaceSplit' },
    post_processor: null,
    decoder: null,
    model: { type: 'WordLevel', vocab, unk_token: 'w0' },
  }
  writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(tokenizer))
  const named = { tokenizer_class: 'PreTrainedTokenizerFast', eos_token: `w${vocabulary - 1}`, unk_token: 'w0' }
  writeFileSync(join(folder, 'tokenizer_config.json'), JSON.stringify(named))
}
