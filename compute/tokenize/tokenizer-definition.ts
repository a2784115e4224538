/**
 * `tokenizer.json`, taken apart and put together again from parts we know. The native engine ends the process on definitions it does not
 * expect, so it is only given what this file has built: no truncation, no padding, no unknown part.
 */
import { z } from 'zod'
import type { Json } from '#compute/checkpoint/fields.ts'
import { ComputeError } from '#compute/errors.ts'
import { decoder, normalizer, postProcessor, preTokenizer } from './definition-parts.ts'
import { addedToken } from './added-token.ts'
import type { Merge } from './merges.ts'

const file = 'tokenizer.json'
const mostTokens = 2 ** 21
const mostId = 2 ** 24
/** Adding a token costs the engine a rebuild of its search tree; real files have at most a few thousand. */
const mostAdded = 20_000

const outline = z.object({
  version: z.literal('1.0').optional(),
  added_tokens: z
    .array(addedToken.extend({ id: z.int().min(0).max(mostId) }))
    .max(mostAdded)
    .default([]),
  normalizer: normalizer.nullish(),
  pre_tokenizer: preTokenizer.nullish(),
  post_processor: postProcessor.nullish(),
  decoder: decoder.nullish(),
  model: z.record(z.string(), z.unknown()),
})

const bpe = z.object({
  type: z.literal('BPE').default('BPE'),
  dropout: z.literal(0).nullish(),
  unk_token: z.string().nullish(),
  continuing_subword_prefix: z.literal('').nullish(),
  end_of_word_suffix: z.literal('').nullish(),
  fuse_unk: z.boolean().default(false),
  byte_fallback: z.boolean().default(false),
  ignore_merges: z.boolean().default(false),
})

const unigram = z.object({
  type: z.literal('Unigram').default('Unigram'),
  unk_id: z.int().min(0),
  byte_fallback: z.boolean().default(false),
})

export type TokenizerDefinition = Omit<z.infer<typeof outline>, 'model'> & { readonly model: ModelDefinition }

export interface ModelDefinition {
  readonly type: 'BPE' | 'Unigram'
  /** Empty for Unigram. */
  readonly merges: readonly Merge[]
  readonly unknown: string | null
  readonly entries: readonly (readonly [piece: string, id: number])[]
  /** As the engine reads it. */
  readonly native: object
}

/** Parses the object in a `tokenizer.json`. */
export function parseDefinition(json: Json): TokenizerDefinition {
  const { model, ...parts } = parsePart(outline, json, '')
  return { ...parts, model: parseModel(model) }
}

function parseModel(model: Json): ModelDefinition {
  const type =
    model['type'] ?? (Array.isArray(model['vocab']) ? 'Unigram' : 'merges' in model ? 'BPE' : 'of an unknown kind')
  if (type === 'BPE') return parseBpe(model)
  if (type === 'Unigram') return parseUnigram(model)
  throw new ComputeError(
    'unsupported',
    `${file}: a model of type ${JSON.stringify(type)} is not supported; use a checkpoint with a BPE or a Unigram tokenizer`,
  )
}

function parseBpe(model: Json): ModelDefinition {
  const options = parsePart(bpe, model, 'model.')
  const vocab = model['vocab']
  if (typeof vocab !== 'object' || vocab === null || Array.isArray(vocab))
    throw wrong('model.vocab', 'must be an object')
  const entries = Object.entries(vocab).map(([piece, id]): [string, number] => [piece, checkId(id, piece)])
  checkEntries(entries)
  const unknown = options.unk_token ?? null
  if (unknown !== null && !Object.hasOwn(vocab, unknown))
    throw wrong('model.unk_token', `${JSON.stringify(unknown)} is not in the vocabulary`)
  const merges = parseMerges(model['merges'])
  return { type: 'BPE', unknown, entries, merges, native: { ...options, vocab, merges } }
}

/** Pairs, or texts with one space, as older files write them. The engine itself checks that all of them are in the vocabulary. */
function parseMerges(merges: unknown): readonly Merge[] {
  if (!Array.isArray(merges) || merges.length > mostTokens)
    throw wrong('model.merges', `must be a list of at most ${mostTokens} pairs`)
  return merges.map((merge: unknown, index): [string, string] => {
    const [left, right, ...more]: unknown[] =
      typeof merge === 'string' ? merge.split(' ') : Array.isArray(merge) ? merge : []
    if (typeof left === 'string' && typeof right === 'string' && more.length === 0) return [left, right]
    throw wrong(`model.merges.${index}`, 'must be two pieces')
  })
}

function parseUnigram(model: Json): ModelDefinition {
  const options = parsePart(unigram, model, 'model.')
  const vocab = model['vocab']
  if (!Array.isArray(vocab)) throw wrong('model.vocab', 'must be a list')
  const entries = vocab.map((entry: unknown, id): [string, number] => {
    const [piece, score]: unknown[] = Array.isArray(entry) && entry.length === 2 ? entry : []
    if (typeof piece === 'string' && typeof score === 'number') return [piece, id]
    throw wrong(`model.vocab.${id}`, 'must be a piece and its score')
  })
  checkEntries(entries)
  const unknown = entries[options.unk_id]?.[0]
  if (unknown === undefined)
    throw wrong('model.unk_id', `is ${options.unk_id}; the vocabulary has ${entries.length} pieces`)
  return { type: 'Unigram', unknown, entries, merges: [], native: { ...options, vocab } }
}

function checkId(id: unknown, piece: string): number {
  if (typeof id === 'number' && Number.isInteger(id) && id >= 0 && id <= mostId) return id
  throw wrong(
    `model.vocab, piece ${JSON.stringify(piece)}`,
    `has the id ${JSON.stringify(id)}, which is no whole number from 0 to ${mostId}`,
  )
}

function checkEntries(entries: readonly (readonly [piece: string, id: number])[]): void {
  if (entries.length === 0 || entries.length > mostTokens)
    throw wrong('model.vocab', `has ${entries.length} pieces, not 1 to ${mostTokens}`)
  const seen = new Set<number>()
  for (const [piece, id] of entries) {
    if (seen.has(id))
      throw wrong(`model.vocab, piece ${JSON.stringify(piece)}`, `has the id ${id}, which another piece has too`)
    seen.add(id)
  }
}

function parsePart<Schema extends z.ZodType>(schema: Schema, json: Json, prefix: string): z.infer<Schema> {
  const parsed = schema.safeParse(json)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]!
  const place = `${prefix}${issue.path.join('.')}` || 'the whole'
  if (!isUnknownPart(issue)) throw wrong(place, issue.message, parsed.error)
  const found = JSON.stringify(valueAt(json, issue.path))?.slice(0, 200)
  throw new ComputeError(
    'unsupported',
    `${file}: ${place} is ${found}, which is not supported. Use another checkpoint`,
    {
      cause: parsed.error,
    },
  )
}

/** Whether the file may well be right, only we do not know the part. */
function isUnknownPart(issue: z.core.$ZodIssue): boolean {
  return (
    (issue.code === 'invalid_union' && issue.discriminator !== undefined) ||
    (issue.code === 'custom' && issue.params?.['unsupported'] === true)
  )
}

function valueAt(json: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce(
    (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
    json,
  )
}

function wrong(place: string, fault: string, cause?: unknown): ComputeError {
  return new ComputeError(
    'bad-checkpoint',
    `${file}: ${place}: ${fault}. Use another checkpoint, or fetch the file again`,
    {
      cause,
    },
  )
}
