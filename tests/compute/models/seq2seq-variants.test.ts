import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { encodeSafetensors } from '#compute/checkpoint/safetensors.ts'
import type { FileTensor } from '#compute/checkpoint/safetensors.ts'
import { fixture, readJson, readTensors, relativeError } from '#tests/support/golden.ts'
import { logitsOf, openVariant } from '#tests/support/variants.ts'
import type { Json } from '#tests/support/variants.ts'

const root = mkdtempSync(join(tmpdir(), 'coattend-seq2seq-variants-'))
afterAll(() => rmSync(root, { recursive: true }))

interface Case {
  readonly base: string
  readonly config: Json
  readonly without?: readonly string[]
  readonly stored?: keyof typeof rewritten
  readonly logits: readonly number[]
}

type Tensors = Readonly<Record<string, FileTensor>>

const files = (base: string): readonly string[] =>
  readdirSync(fixture(`${base}/checkpoint`)).filter((name) => name.endsWith('.safetensors'))

/** All tensors of a fixture, and where its shared table stands. */
function tensorsOf(base: string): { tensors: Tensors; shared: string } {
  const all = files(base).flatMap((name) => [...readTensors(fixture(`${base}/checkpoint/${name}`))])
  return { tensors: Object.fromEntries(all), shared: base.startsWith('t5') ? 'shared.weight' : 'model.shared.weight' }
}

const rename = (tensors: Tensors, to: (name: string) => string): Tensors =>
  Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [to(name), tensor]))

/** The rows of a matrix from the last to the first. */
function reversed({ dtype, shape, data }: FileTensor): FileTensor {
  const [rows, width] = shape as [number, number] // tables have two axes
  const turned = new Float32Array(data.length)
  for (let row = 0; row < rows; row++) {
    turned.set((data as Float32Array).subarray(row * width, (row + 1) * width), (rows - 1 - row) * width)
  }
  return { dtype, shape, data: turned }
}

const sideTable = (shared: string, side: string): string => shared.replace('shared', `${side}.embed_tokens`)

/** Other ways to store the same model; an own head or table is the shared one with its rows reversed. */
const rewritten = {
  'other prefix': (tensors: Tensors, shared: string): Tensors =>
    rename(tensors, (name) => {
      if (name === 'final_logits_bias') return name
      return shared === 'shared.weight' ? `transformer.${name}` : name.replace('model.', '')
    }),
  'tables of the sides': ({ ...tensors }: Record<string, FileTensor>, shared: string): Tensors => {
    for (const side of ['encoder', 'decoder']) tensors[sideTable(shared, side)] = tensors[shared]!
    delete tensors[shared]
    return tensors
  },
  'table of the encoder': (tensors: Tensors, shared: string): Tensors =>
    rename(tensors, (name) => (name === shared ? sideTable(shared, 'encoder') : name)),
  'own head': (tensors: Tensors, shared: string): Tensors => ({
    ...tensors,
    'lm_head.weight': reversed(tensors[shared]!),
  }),
  'own table of the decoder': (tensors: Tensors, shared: string): Tensors => ({
    ...tensors,
    [sideTable(shared, 'decoder')]: reversed(tensors[shared]!),
  }),
}

describe('encoder-decoder models and OPT under other configurations, stored in other ways', () => {
  const { cases } = readJson(fixture('seq2seq-variants.json')) as { cases: readonly Case[] }
  for (const { base, config, without = [], stored, logits } of cases) {
    const change = [JSON.stringify(config), ...without.map((name) => `no ${name}`), stored].filter(Boolean).join(', ')
    it(`[SV1] ${base} with ${change} computes what transformers computes`, async () => {
      const inputs = readTensors(fixture(`${base}/inputs.safetensors`))
      const ids = (name: string): readonly number[] => Array.from(inputs.get(name)!.data, Number)
      const prefix = inputs.has('decoder_input_ids') ? ids('decoder_input_ids') : null
      const { tensors, shared } = stored === undefined ? { tensors: {}, shared: '' } : tensorsOf(base)
      const weights = stored === undefined ? {} : { weights: encodeSafetensors(rewritten[stored](tensors, shared)) }
      const engine = await openVariant(root, { base, config, without, ...weights })
      const found = await logitsOf(engine, ids('input_ids'), prefix)
      await engine.close()
      expect(relativeError(found.subarray(found.length - logits.length), logits)).toBeLessThan(1e-4)
    })
  }

  const refused: readonly (readonly [base: string, change: Json, message: RegExp])[] = [
    ['bart', { normalize_before: true }, /normalize_before is true; only false/],
    ['bart', { normalize_embedding: false }, /normalize_embedding is false; only true/],
    ['bart', { static_position_embeddings: true }, /static_position_embeddings is true/],
    ['mbart', { normalize_before: false }, /normalize_before is false; only true/],
    ['mbart', { add_final_layer_norm: false }, /add_final_layer_norm is false/],
    ['m2m_100', { normalize_embedding: true }, /normalize_embedding is true/],
    ['m2m_100', { max_position_embeddings: 1e9 }, /max_position_embeddings 1000000000 is more than/],
    ['t5', { feed_forward_proj: 'double-gated-gelu' }, /feed_forward_proj is "double-gated-gelu"/],
    ['t5', { dense_act_fn: 'prelu' }, /dense_act_fn is "prelu"; supported are gelu/],
    ['t5', { relative_attention_max_distance: 4 }, /relative_attention_max_distance 4 must be above half/],
    [
      't5',
      { relative_attention_max_distance: 1e9 },
      /relative_attention_max_distance 1000000000 must be .* at most 65536/,
    ],
    ['opt', { activation_function: 'prelu' }, /activation_function is "prelu"/],
  ]
  for (const [base, config, message] of refused) {
    it(`[SV2] ${base} with ${JSON.stringify(config)} is refused by name`, async () => {
      await expect(openVariant(root, { base, config })).rejects.toMatchObject({
        kind: 'unsupported',
        message: expect.stringMatching(message),
      })
    })
  }

  const broken: readonly (readonly [base: string, change: Json, message: RegExp])[] = [
    ['bart', { d_model: 33 }, /d_model 33 does not divide by encoder_attention_heads 4/],
    [
      'bart',
      { max_position_embeddings: 65 },
      /embed_positions\.weight is \[66, 32\], but config\.json asks for \[67, 32\]/,
    ],
    ['mbart', { tie_word_embeddings: false }, /lacks the tensor lm_head\.weight/],
    ['t5', { d_kv: 9 }, /SelfAttention\.q\.weight is \[32, 32\], but config\.json asks for \[36, 32\]/],
    ['t5', { is_gated_act: true }, /lacks the tensor .*wi_0\.weight/],
    ['t5', { relative_attention_num_buckets: 3 }, /relative_attention_num_buckets must be a whole number from 4/],
    ['opt', { num_attention_heads: 5 }, /hidden_size 32 does not divide by num_attention_heads 5/],
    ['opt', { word_embed_proj_dim: 32 }, /embed_tokens\.weight is \[96, 24\], but config\.json asks for \[96, 32\]/],
    ['opt', { tie_word_embeddings: false }, /lacks the tensor lm_head\.weight/],
  ]
  for (const [base, config, message] of broken) {
    it(`[SV3] ${base} with ${JSON.stringify(config)} is one clear error`, async () => {
      await expect(openVariant(root, { base, config })).rejects.toMatchObject({
        kind: 'bad-checkpoint',
        message: expect.stringMatching(message),
      })
    })
  }
})
