/** What decides the ids of an output: options that were given, and what the checkpoint's `generation_config.json` says. */
import { readFields } from '#compute/checkpoint/fields.ts'
import type { Fields, Json } from '#compute/checkpoint/fields.ts'
import { ComputeError } from '#compute/errors.ts'
import type { Model } from '#compute/models/model.ts'
import type { SamplingOptions } from '#compute/types.ts'

/** Everything a search needs; lengths count tokens of the decoder, start token or prompt included, as transformers does. */
export interface GenerationPlan {
  readonly beams: number
  readonly maxLength: number
  readonly minLength: number
  readonly lengthPenalty: number
  readonly earlyStopping: boolean | 'never'
  readonly noRepeatNgram: number
  readonly repetitionPenalty: number
  readonly badWords: readonly (readonly number[])[]
  readonly suppressed: readonly number[]
  readonly suppressedFirst: readonly number[]
  readonly forcedFirst: number | null
  readonly forcedLast: readonly number[]
  readonly end: readonly number[]
  readonly sampling: SamplingOptions | null
}

/** Options of a request; what is missing comes from the checkpoint, or from transformers' defaults. */
export interface GenerationRequest {
  readonly beams?: number
  readonly maxNewTokens?: number
  readonly minNewTokens?: number
  readonly lengthPenalty?: number
  readonly noRepeatNgram?: number
  readonly earlyStopping?: boolean | 'never'
  readonly sampling?: SamplingOptions | null
}

/** Tokens written when nobody says how many (transformers' default of max_length, counted from the prompt). */
const usualNewTokens = 20

/** Settings that would change the ids and are not built: each is refused by name unless it has the value that does nothing. */
const inert: Readonly<Record<string, readonly unknown[]>> = {
  num_beam_groups: [1],
  diversity_penalty: [0],
  penalty_alpha: [0],
  guidance_scale: [1],
  encoder_repetition_penalty: [1],
  encoder_no_repeat_ngram_size: [0],
  sequence_bias: [],
  force_words_ids: [],
  constraints: [],
  exponential_decay_length_penalty: [],
  watermarking_config: [],
  dola_layers: [],
  stop_strings: [],
  max_time: [],
  renormalize_logits: [false],
  min_p: [0],
  typical_p: [1],
  epsilon_cutoff: [0],
  eta_cutoff: [0],
  top_h: [],
}

/**
 * The plan for a prompt of `promptLength` decoder tokens. Without `settings` only special token ids, forced tokens and bad
 * words are taken from the checkpoint.
 */
export function planGeneration(
  model: Model,
  generation: Json,
  promptLength: number,
  request: GenerationRequest,
  takes: 'all settings' | 'token ids only',
): GenerationPlan {
  const file = 'generation_config.json'
  const ids = readFields(generation, file)
  const settings = takes === 'all settings' ? ids : readFields({}, file)
  for (const [name, accepted] of Object.entries(inert)) settings.require(name, accepted)
  const minNew =
    request.minNewTokens ?? (settings.has('min_new_tokens') ? settings.whole('min_new_tokens', 0, 0) : null)
  const end = ids.has('eos_token_id') ? ids.ids('eos_token_id') : model.special.end
  return checked(model, {
    beams: request.beams ?? settings.whole('num_beams', 1),
    maxLength: maxLengthOf(model, settings, promptLength, request.maxNewTokens),
    minLength: minNew === null ? settings.whole('min_length', 0, 0) : promptLength + minNew,
    lengthPenalty: request.lengthPenalty ?? settings.number('length_penalty', 1),
    earlyStopping: request.earlyStopping ?? earlyStoppingOf(settings),
    noRepeatNgram: request.noRepeatNgram ?? settings.whole('no_repeat_ngram_size', 0, 0),
    repetitionPenalty: settings.number('repetition_penalty', 1),
    badWords: badWordsOf(ids, end),
    suppressed: settings.ids('suppress_tokens'),
    suppressedFirst: settings.ids('begin_suppress_tokens'),
    forcedFirst: ids.id('forced_bos_token_id'),
    forcedLast: ids.ids('forced_eos_token_id'),
    end,
    sampling: request.sampling === undefined ? samplingOf(settings) : request.sampling,
  })
}

function maxLengthOf(model: Model, settings: Fields, promptLength: number, maxNewTokens: number | undefined): number {
  const newTokens = maxNewTokens ?? (settings.has('max_new_tokens') ? settings.whole('max_new_tokens') : null)
  const most = model.maxTokens === null ? Infinity : model.maxTokens + 1 // the last token is written, never read
  if (newTokens !== null) return Math.min(most, promptLength + newTokens)
  if (settings.has('max_length')) return Math.min(most, settings.whole('max_length'))
  return Math.min(model.maxTokens ?? Infinity, promptLength + usualNewTokens)
}

function earlyStoppingOf(settings: Fields): boolean | 'never' {
  settings.require('early_stopping', [true, false, 'never'])
  const value = settings.raw('early_stopping')
  return value === 'never' ? value : value === true
}

/** Sequences that must not be written. An end token alone is never among them, as in transformers. */
function badWordsOf(settings: Fields, end: readonly number[]): readonly (readonly number[])[] {
  const value = settings.raw('bad_words_ids')
  if (value === null) return []
  const isSequence = (sequence: unknown): sequence is number[] =>
    Array.isArray(sequence) && sequence.length > 0 && sequence.every((id) => Number.isSafeInteger(id) && id >= 0)
  if (!Array.isArray(value) || !value.every(isSequence)) {
    throw new ComputeError(
      'bad-checkpoint',
      'generation_config.json: bad_words_ids must be a list of lists of token ids',
    )
  }
  return value.filter((sequence) => sequence.length > 1 || !end.includes(sequence[0]!))
}

function samplingOf(settings: Fields): SamplingOptions | null {
  if (!settings.flag('do_sample', false)) return null
  return {
    seed: 0,
    temperature: settings.number('temperature', 1),
    topK: settings.whole('top_k', 50, 0),
    topP: settings.number('top_p', 1),
  }
}

function checked(model: Model, plan: GenerationPlan): GenerationPlan {
  const fail = (fault: string): never => {
    throw new ComputeError('bad-input', fault)
  }
  if (!Number.isInteger(plan.beams) || plan.beams < 1 || plan.beams > 64)
    fail(`The number of beams must be from 1 to 64, not ${plan.beams}`)
  if (plan.beams > 1 && plan.sampling !== null) fail('Beams and sampling cannot be combined; use --beams 1 to sample')
  if (!Number.isFinite(plan.lengthPenalty)) fail(`The length penalty must be a number, not ${plan.lengthPenalty}`)
  if (!(plan.repetitionPenalty > 0)) fail(`repetition_penalty must be above 0, not ${plan.repetitionPenalty}`)
  if (plan.sampling !== null) {
    const { temperature, topK, topP } = plan.sampling
    if (!(temperature > 0)) fail(`The temperature must be above 0, not ${temperature}; leave it out for greedy search`)
    if (!Number.isInteger(topK) || topK < 0) fail(`top-k must be a whole number from 0, not ${topK}`)
    if (!(topP > 0 && topP <= 1)) fail(`top-p must be above 0 and at most 1, not ${topP}`)
  }
  const lists = {
    bad_words_ids: plan.badWords.flat(),
    forced_bos_token_id: plan.forcedFirst === null ? [] : [plan.forcedFirst],
    forced_eos_token_id: plan.forcedLast,
  }
  for (const [name, ids] of Object.entries(lists)) {
    const outside = ids.find((id) => id >= model.vocabulary.output)
    if (outside !== undefined) fail(`generation_config.json: ${name} holds ${outside}, which is outside the vocabulary`)
  }
  return plan
}
