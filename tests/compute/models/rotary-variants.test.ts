import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { fixture, readJson, relativeError } from '#tests/support/golden.ts'
import { madeWeights } from '#tests/support/made-weights.ts'
import { logitsOf, openVariant } from '#tests/support/variants.ts'
import type { Json } from '#tests/support/variants.ts'

const root = mkdtempSync(join(tmpdir(), 'coattend-rotary-'))
afterAll(() => rmSync(root, { recursive: true }))

interface Case {
  readonly base: string
  readonly config: Json
  readonly without?: readonly string[]
  readonly tensors?: Readonly<Record<string, readonly number[]>>
  readonly logits: readonly number[]
}

const title = ({ base, config, without, tensors }: Case): string =>
  [
    `${base} with ${JSON.stringify(config)}`,
    ...(without === undefined ? [] : [`without ${without.join(', ')}`]),
    ...(tensors === undefined ? [] : ['with made weights']),
  ].join(' ')

describe('decoders with rotary positions', () => {
  const { input_ids: ids, cases } = readJson(fixture('rotary-variants.json')) as {
    readonly input_ids: readonly number[]
    readonly cases: readonly Case[]
  }
  for (const variant of cases) {
    it(`[RT1] ${title(variant)} computes what transformers computes`, async () => {
      const { base, config, without = [], tensors, logits } = variant
      const weights = tensors === undefined ? {} : { weights: madeWeights(tensors) }
      const engine = await openVariant(root, { base, config, without, ...weights })
      const found = await logitsOf(engine, ids, null)
      await engine.close()
      expect(relativeError(found.subarray(found.length - logits.length), logits)).toBeLessThan(1e-4)
    })
  }

  const refused: readonly (readonly [base: string, change: Json, message: RegExp])[] = [
    [
      'llama',
      { rope_parameters: { rope_type: 'longrope', factor: 4 } },
      /rope_type is "longrope"; only default, linear/,
    ],
    ['llama', { rope_scaling: { type: 'su', factor: 4 } }, /rope_type is "su"/],
    ['llama', { rope_parameters: { full_attention: { rope_type: 'default' } } }, /rope_parameters differs by kind/],
    ['llama', { partial_rotary_factor: 0.5 }, /partial_rotary_factor is 0.5; only 1/],
    ['llama', { rope_parameters: { partial_rotary_factor: 0.5 } }, /partial_rotary_factor is 0.5; only 1/],
    ['mistral', { attention_bias: true }, /attention_bias is true; only false/],
    ['mistral', { layer_types: ['full_attention', 'chunked_attention'] }, /holds "chunked_attention"; only full/],
    ['gpt_neox', { rope_theta: 500 }, /rope_theta is 500; only 10000/],
    ['gpt_neox', { partial_rotary_factor: 1 }, /partial_rotary_factor is 1; only 0.25/],
    ['gpt_neox', { head_dim: 16 }, /head_dim is 16; only 8/],
    ['gpt_neox', { rope_parameters: { partial_rotary_factor: 0.1 } }, /rotating 0 of the 8 entries of a head/],
    ['gpt_neox', { rope_parameters: { rope_type: 'dynamic', factor: 2 } }, /dynamic needs more than 2 rotated/],
  ]
  for (const [base, config, message] of refused) {
    it(`[RT2] ${base} with ${JSON.stringify(config)} is refused by name`, async () => {
      await expect(openVariant(root, { base, config })).rejects.toMatchObject({
        kind: 'unsupported',
        message: expect.stringMatching(message),
      })
    })
  }

  const broken: readonly (readonly [base: string, change: Json, message: RegExp])[] = [
    ['llama', { num_key_value_heads: 3 }, /num_attention_heads 4 does not divide by num_key_value_heads 3/],
    [
      'llama',
      { num_attention_heads: 5, num_key_value_heads: 5, head_dim: null },
      /hidden_size 32 does not divide by num_attention_heads 5/,
    ],
    ['llama', { head_dim: 16 }, /q_proj\.weight is \[32, 32\], but config\.json asks for \[64, 32\]/],
    ['llama', { attention_bias: true }, /lacks the tensor model\.layers\.0\.self_attn\.q_proj\.bias/],
    ['llama', { rope_parameters: { rope_type: 'linear' } }, /rope_parameters has no factor/],
    ['llama', { rope_parameters: { rope_type: 'linear', factor: 0 } }, /factor must be above 0, not 0/],
    ['llama', { rope_parameters: { rope_type: 'linear', factor: 'two' } }, /factor must be a number/],
    ['llama', { rope_parameters: [1] }, /rope_parameters must be an object/],
    ['llama', { rope_parameters: { rope_theta: 0 } }, /rope_theta must be above 1, not 0/],
    [
      'llama',
      { rope_scaling: { rope_type: 'llama3', factor: 2, low_freq_factor: 4, high_freq_factor: 4 } },
      /high_freq_factor must be above low_freq_factor/,
    ],
    ['qwen2', { layer_types: ['sliding_attention', 'full_attention'] }, /asks for sliding_attention, but no/],
    ['qwen2', { layer_types: ['full_attention'] }, /layer_types must be a list of 2 names/],
    ['qwen2', { use_sliding_window: true, sliding_window: 0 }, /sliding_window must be a whole number from 1/],
    ['gpt_neox', { num_attention_heads: 5 }, /hidden_size 32 does not divide by num_attention_heads 5/],
  ]
  for (const [base, config, message] of broken) {
    it(`[RT3] ${base} with ${JSON.stringify(config)} is one clear error`, async () => {
      await expect(openVariant(root, { base, config })).rejects.toMatchObject({
        kind: 'bad-checkpoint',
        message: expect.stringMatching(message),
      })
    })
  }
})
