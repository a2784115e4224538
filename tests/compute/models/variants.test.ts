import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { fixture, readJson, readTensors, relativeError } from '#tests/support/golden.ts'
import { logitsOf, openVariant } from '#tests/support/variants.ts'
import type { Json } from '#tests/support/variants.ts'

const root = mkdtempSync(join(tmpdir(), 'coattend-variants-'))
afterAll(() => rmSync(root, { recursive: true }))

describe('every field of a configuration that changes numbers', () => {
  const { cases } = readJson(fixture('variants.json')) as { cases: { base: string; config: Json; logits: number[] }[] }
  for (const { base, config, logits } of cases) {
    it(`[MO2] ${base} with ${JSON.stringify(config)} computes what transformers computes`, async () => {
      const inputs = readTensors(fixture(`${base}/inputs.safetensors`))
      const ids = (name: string): readonly number[] => Array.from(inputs.get(name)!.data, Number)
      const prefix = inputs.has('decoder_input_ids') ? ids('decoder_input_ids') : null
      const engine = await openVariant(root, { base, config })
      const found = await logitsOf(engine, ids('input_ids'), prefix)
      await engine.close()
      expect(relativeError(found.subarray(found.length - logits.length), logits)).toBeLessThan(1e-4)
    })
  }

  for (const [name, config] of [
    ['marian-separate', {}],
    ['gpt2-untied', {}],
    ['gpt2-untied', { tie_word_embeddings: true }], // transformers 5 keeps a head that is stored
  ] as const) {
    it(`[MO3] ${name} with ${JSON.stringify(config)}: vocabularies, embeddings and head of its own`, async () => {
      const golden = readJson(fixture(`${name}/golden.json`)) as {
        input_ids: number[][]
        decoder_input_ids: number[][] | null
        logits: number[][]
      }
      const engine = await openVariant(root, { base: name, config })
      const found = await logitsOf(engine, golden.input_ids[0]!, golden.decoder_input_ids?.[0] ?? null)
      await engine.close()
      expect(relativeError(found, golden.logits.flat())).toBeLessThan(1e-4)
    })
  }

  const refused: readonly (readonly [base: string, change: Json, message: RegExp])[] = [
    ['gpt2', { add_cross_attention: true }, /add_cross_attention is true; only false/],
    ['gpt2', { activation_function: 'prelu' }, /activation_function is "prelu"; supported are gelu/],
    ['gpt2', { quantization_config: { bits: 4 } }, /quantization_config/],
    ['marian', { normalize_before: true }, /normalize_before is true; only false/],
    ['marian', { is_encoder_decoder: false }, /is_encoder_decoder is false/],
    ['marian', { max_position_embeddings: 1e9 }, /max_position_embeddings 1000000000 is more than/],
    ['pegasus', { normalize_before: false }, /normalize_before is false; only true/],
    ['pegasus', { normalize_embedding: true }, /normalize_embedding is true/],
  ]
  for (const [base, change, message] of refused) {
    it(`[MO4] ${base} with ${JSON.stringify(change)} is refused by name`, async () => {
      await expect(openVariant(root, { base, config: change })).rejects.toMatchObject({
        kind: 'unsupported',
        message: expect.stringMatching(message),
      })
    })
  }

  const broken: readonly (readonly [base: string, change: Json, message: RegExp])[] = [
    ['gpt2', { model_type: 'mamba' }, /architecture "mamba" is not supported; supported are marian, pegasus, /],
    ['gpt2', { model_type: null }, /names no model_type/],
    ['gpt2', { n_layer: 3 }, /lacks the tensor transformer\.h\.2/],
    ['gpt2', { n_embd: 48 }, /Tensor .* is \[.*\], but config\.json asks for/],
    ['gpt2', { n_head: 5 }, /n_embd 32 does not divide by n_head 5/],
    ['gpt2', { n_head: 'four' }, /n_head must be a whole number from 1, not "four"/],
    ['gpt2', { n_layer: -1 }, /n_layer must be a whole number from 0, not -1/],
    ['gpt2', { tie_word_embeddings: false }, /lacks the tensor lm_head\.weight/],
    ['gpt2', { layer_norm_epsilon: 'tiny' }, /layer_norm_epsilon must be a number/],
    ['marian', { vocab_size: 97 }, /asks for \[97, 32\]/],
    ['marian', { scale_embedding: 'yes' }, /scale_embedding must be true or false/],
    ['marian', { eos_token_id: 'end' }, /eos_token_id must be a token id or a list/],
  ]
  for (const [base, change, message] of broken) {
    it(`[MO5] ${base} with ${JSON.stringify(change)} is one clear error`, async () => {
      await expect(openVariant(root, { base, config: change })).rejects.toMatchObject({
        message: expect.stringMatching(message),
      })
    })
  }
})
