/** Shapes of well-known models with random weights, made on the fly. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { encodeSafetensors } from '#compute/index.ts'
import type { FileTensor } from '#compute/index.ts'
import { makeRandom } from '#compute/generate/sample.ts'

/** Writes one tensor of normally distributed numbers. */
type Draw = (name: string, shape: readonly number[], deviation: number, centre: number) => void

/** Writes tensors of one checkpoint: `normal` one, `norm` a layer norm, `linear` a layer with its bias. */
interface Pen {
  readonly normal: (name: string, shape: readonly number[], deviation?: number) => void
  readonly norm: (name: string, width: number) => void
  readonly linear: (name: string, shape: readonly [number, number], bias: number) => void
}

function penOf(draw: Draw): Pen {
  const normal: Pen['normal'] = (name, shape, deviation = 0.02) => draw(name, shape, deviation, 0)
  return {
    normal,
    norm: (name, width) => {
      draw(`${name}.weight`, [width], 0.02, 1)
      normal(`${name}.bias`, [width])
    },
    linear: (name, shape, bias) => {
      normal(`${name}.weight`, shape)
      normal(`${name}.bias`, [bias])
    },
  }
}

/** A model of which only the sizes are real. */
export interface RandomShape {
  readonly config: Readonly<Record<string, unknown>>
  readonly vocabulary: number
  /** Id of the end token; `start` and `pad` are the last id in encoder-decoder models. */
  readonly end: number
  readonly write: (draw: Draw) => void
}

/** GPT-2 small by default: 124M parameters in 12 layers, width 768, vocabulary 50,257. */
export function gpt2Shape({ layers = 12, width = 768, heads = 12, vocabulary = 50_257 } = {}): RandomShape {
  const positions = 1024
  return {
    vocabulary,
    end: vocabulary - 1,
    config: {
      model_type: 'gpt2',
      architectures: ['GPT2LMHeadModel'],
      n_layer: layers,
      n_embd: width,
      n_head: heads,
      n_positions: positions,
      vocab_size: vocabulary,
      bos_token_id: vocabulary - 1,
      eos_token_id: vocabulary - 1,
      activation_function: 'gelu_new',
      layer_norm_epsilon: 1e-5,
      tie_word_embeddings: true,
    },
    write: (draw) => {
      const { normal, norm, linear } = penOf(draw)
      normal('transformer.wte.weight', [vocabulary, width])
      normal('transformer.wpe.weight', [positions, width], 0.01)
      norm('transformer.ln_f', width)
      for (let l = 0; l < layers; l++) {
        const name = (part: string): string => `transformer.h.${l}.${part}`
        norm(name('ln_1'), width)
        norm(name('ln_2'), width)
        linear(name('attn.c_attn'), [width, 3 * width], 3 * width)
        linear(name('attn.c_proj'), [width, width], width)
        linear(name('mlp.c_fc'), [width, 4 * width], 4 * width)
        linear(name('mlp.c_proj'), [4 * width, width], width)
      }
    },
  }
}

/** opus-mt: six layers a side, width 512, vocabulary 58,101, 74M parameters. */
export function opusShape(): RandomShape {
  const [layers, width, inner, vocabulary] = [6, 512, 2048, 58_101]
  return {
    vocabulary,
    end: 0,
    config: {
      model_type: 'marian',
      architectures: ['MarianMTModel'],
      is_encoder_decoder: true,
      d_model: width,
      encoder_layers: layers,
      decoder_layers: layers,
      encoder_attention_heads: 8,
      decoder_attention_heads: 8,
      encoder_ffn_dim: inner,
      decoder_ffn_dim: inner,
      max_position_embeddings: 512,
      vocab_size: vocabulary,
      decoder_vocab_size: vocabulary,
      activation_function: 'swish',
      scale_embedding: true,
      static_position_embeddings: true,
      share_encoder_decoder_embeddings: true,
      tie_word_embeddings: true,
      pad_token_id: vocabulary - 1,
      decoder_start_token_id: vocabulary - 1,
      eos_token_id: 0,
      bos_token_id: null,
    },
    write: (draw) => {
      const { normal, norm, linear } = penOf(draw)
      normal('model.shared.weight', [vocabulary, width])
      normal('final_logits_bias', [1, vocabulary])
      for (const side of ['encoder', 'decoder']) {
        for (let l = 0; l < layers; l++) {
          const name = (part: string): string => `model.${side}.layers.${l}.${part}`
          for (const attention of side === 'encoder' ? ['self_attn'] : ['self_attn', 'encoder_attn']) {
            for (const part of ['q', 'k', 'v', 'out']) linear(name(`${attention}.${part}_proj`), [width, width], width)
            norm(name(`${attention}_layer_norm`), width)
          }
          linear(name('fc1'), [inner, width], inner)
          linear(name('fc2'), [width, inner], width)
          norm(name('final_layer_norm'), width)
        }
      }
    },
  }
}

/** Writes config, weights and a tokenizer of one word per id (so that tools that insist on text have one). */
export function makeRandomCheckpoint(folder: string, shape: RandomShape): void {
  writeConfigs(folder, shape)
  const tensors: Record<string, FileTensor> = {}
  const random = makeRandom(1)
  shape.write((name, dims, deviation, centre) => {
    tensors[name] = normalTensor(random, dims, deviation, centre)
  })
  writeFileSync(join(folder, 'model.safetensors'), encodeSafetensors(tensors, { format: 'pt' }))
  writeTokenizer(folder, shape)
}

/** Makes the folder and writes what stands beside the weights in it. */
export function writeConfigs(folder: string, { config, end }: RandomShape): void {
  mkdirSync(folder, { recursive: true })
  const ends = { pad_token_id: config['pad_token_id'], decoder_start_token_id: config['decoder_start_token_id'] }
  writeFileSync(join(folder, 'config.json'), JSON.stringify(config))
  writeFileSync(join(folder, 'generation_config.json'), JSON.stringify({ eos_token_id: end, ...ends }))
}

/** By Box and Muller's transform. */
function normalTensor(random: () => number, shape: readonly number[], deviation: number, centre: number): FileTensor {
  const data = new Float32Array(shape.reduce((product, dim) => product * dim, 1))
  for (let i = 0; i < data.length; i += 2) {
    const radius = deviation * Math.sqrt(-2 * Math.log(1 - random()))
    const angle = 2 * Math.PI * random()
    data[i] = centre + radius * Math.cos(angle)
    if (i + 1 < data.length) data[i + 1] = centre + radius * Math.sin(angle)
  }
  return { dtype: 'F32', shape, data }
}

function writeTokenizer(folder: string, { vocabulary, end, config }: RandomShape): void {
  const tokenizer = {
    version: '1.0',
    added_tokens: [],
    normalizer: null,
    pre_tokenizer: { type: 'WhitespaceSplit' },
    post_processor: null,
    decoder: null,
    model: {
      type: 'WordLevel',
      vocab: Object.fromEntries(Array.from({ length: vocabulary }, (_, id) => [`w${id}`, id])),
      unk_token: 'w0',
    },
  }
  const pad = config['pad_token_id']
  const named = {
    tokenizer_class: 'PreTrainedTokenizerFast',
    eos_token: `w${end}`,
    unk_token: 'w0',
    ...(typeof pad === 'number' ? { pad_token: `w${pad}` } : {}),
  }
  writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(tokenizer))
  writeFileSync(join(folder, 'tokenizer_config.json'), JSON.stringify(named))
}
