/** The parts of a `tokenizer.json` that we know to be exact and safe in the native engine. Whatever is not listed here is refused by name. */
import { z } from 'zod'
import { parseCharacterMap } from './character-map.ts'
import { knownPatterns } from './known-patterns.ts'

/** No part of a real pipeline has more steps. */
const mostSteps = 16
const id = z
  .int()
  .min(0)
  .max(2 ** 24)
const shortText = z.string().max(1000)
const oneCharacter = z.string().refine((text) => Array.from(text).length === 1, 'must be one character')

const regex = z.string().refine((text) => knownPatterns.has(text), { params: { unsupported: true } })
const pattern = z.union([z.strictObject({ String: shortText.min(1) }), z.strictObject({ Regex: regex })])

/** A corrupt map is a `bad-checkpoint` of its own, thrown from here. */
const precompiledCharsmap = z
  .string()
  .refine((text) => parseCharacterMap(Buffer.from(text, 'base64'), 'tokenizer.json') !== null)

const normalizerStep = z.discriminatedUnion('type', [
  z.object({ type: z.enum(['NFC', 'NFD', 'NFKC', 'NFKD', 'Lowercase', 'StripAccents', 'Nmt']) }),
  z.object({ type: z.literal('Strip'), strip_left: z.boolean(), strip_right: z.boolean() }),
  z.object({ type: z.literal('Prepend'), prepend: shortText }),
  z.object({ type: z.literal('Replace'), pattern, content: shortText }),
  z.object({ type: z.literal('Precompiled'), precompiled_charsmap: precompiledCharsmap }),
])
export const normalizer = z.discriminatedUnion('type', [
  ...normalizerStep.options,
  z.object({ type: z.literal('Sequence'), normalizers: z.array(normalizerStep).max(mostSteps) }),
])

const splitBehavior = z.enum(['Removed', 'Isolated', 'MergedWithPrevious', 'MergedWithNext', 'Contiguous'])

/** Older files say `add_prefix_space` where newer ones name a scheme; the engine takes both only where they agree. */
const metaspace = z
  .object({
    type: z.literal('Metaspace'),
    replacement: oneCharacter.default('▁'),
    prepend_scheme: z.enum(['first', 'never', 'always']).optional(),
    add_prefix_space: z.boolean().optional(),
    split: z.boolean().nullish(),
  })
  .transform(({ type, replacement, prepend_scheme, add_prefix_space, split }) => ({
    type,
    replacement,
    prepend_scheme: add_prefix_space === false ? ('never' as const) : (prepend_scheme ?? ('always' as const)),
    split: split ?? true,
  }))

const byteLevel = z.object({
  type: z.literal('ByteLevel'),
  add_prefix_space: z.boolean().default(true),
  trim_offsets: z.boolean().default(true),
  use_regex: z.boolean().default(true),
})

const preTokenizerSteps = [
  byteLevel,
  metaspace,
  z.object({ type: z.enum(['Whitespace', 'WhitespaceSplit']) }),
  z.object({ type: z.literal('Digits'), individual_digits: z.boolean() }),
  z.object({ type: z.literal('Punctuation'), behavior: splitBehavior.default('Isolated') }),
  z.object({ type: z.literal('Split'), pattern, behavior: splitBehavior, invert: z.boolean().default(false) }),
] as const
export const preTokenizer = z.discriminatedUnion('type', [
  ...preTokenizerSteps,
  z.object({
    type: z.literal('Sequence'),
    pretokenizers: z.array(z.discriminatedUnion('type', [...preTokenizerSteps])).max(mostSteps),
  }),
])

const templatePiece = z.union([
  z.strictObject({ SpecialToken: z.strictObject({ id: shortText, type_id: z.int().min(0).max(100) }) }),
  z.strictObject({ Sequence: z.strictObject({ id: z.literal(['A', 'B']), type_id: z.int().min(0).max(100) }) }),
])
const templateToken = z
  .object({ id: shortText, ids: z.array(id).min(1).max(8), tokens: z.array(shortText).min(1).max(8) })
  .refine(({ ids, tokens }) => ids.length === tokens.length, 'needs as many ids as tokens')

/** Only single texts are ever encoded; the pair is written so that it cannot go wrong. */
const template = z
  .object({
    type: z.literal('TemplateProcessing'),
    single: z.array(templatePiece).max(mostSteps),
    special_tokens: z.record(shortText, templateToken),
  })
  .superRefine(({ single, special_tokens }, context) => {
    const texts = single.flatMap((piece) => ('Sequence' in piece ? [piece.Sequence.id] : []))
    const missing = single.find(
      (piece) => 'SpecialToken' in piece && !Object.hasOwn(special_tokens, piece.SpecialToken.id),
    )
    if (texts.join() !== 'A') context.addIssue({ code: 'custom', message: 'must hold the text $A once and no $B' })
    if (missing)
      context.addIssue({
        code: 'custom',
        message: `names a special token it does not define: ${JSON.stringify(missing)}`,
      })
  })
  .transform((template) => ({ ...template, pair: [...template.single, { Sequence: { id: 'B', type_id: 1 } }] }))

const postProcessorSteps = [
  byteLevel,
  template,
  z.object({ type: z.literal('BertProcessing'), sep: z.tuple([shortText, id]), cls: z.tuple([shortText, id]) }),
  z.object({
    type: z.literal('RobertaProcessing'),
    sep: z.tuple([shortText, id]),
    cls: z.tuple([shortText, id]),
    trim_offsets: z.boolean().default(true),
    add_prefix_space: z.boolean().default(true),
  }),
] as const
export const postProcessor = z.discriminatedUnion('type', [
  ...postProcessorSteps,
  z.object({
    type: z.literal('Sequence'),
    processors: z.array(z.discriminatedUnion('type', [...postProcessorSteps])).max(mostSteps),
  }),
])

const count = z.int().min(0).max(1000)
const decoderSteps = [
  byteLevel,
  metaspace,
  z.object({ type: z.enum(['ByteFallback', 'Fuse']) }),
  z.object({ type: z.literal('Replace'), pattern: z.strictObject({ String: shortText.min(1) }), content: shortText }),
  z.object({ type: z.literal('Strip'), content: oneCharacter, start: count, stop: count }),
] as const
export const decoderStep = z.discriminatedUnion('type', [...decoderSteps])
export const decoder = z.discriminatedUnion('type', [
  ...decoderSteps,
  z.object({ type: z.literal('Sequence'), decoders: z.array(decoderStep).max(mostSteps) }),
])

export type DecoderStep = z.infer<typeof decoderStep>
export type Decoder = z.infer<typeof decoder>
