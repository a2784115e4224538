import { z } from 'zod'
import { identifier } from '#collab/wire/identifiers.ts'
import { filter } from '#collab/wire/document.ts'
import { origin } from './derived.ts'

/** A value of a corpus column. */
export const attributeValue = z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.string())])
export type AttributeValue = z.infer<typeof attributeValue>

const offset = z.tuple([z.number().int(), z.number().int()])

export const tokenizedText = z.object({
  ids: z.array(z.number().int()),
  tokens: z.array(z.string()),
  /** UTF-16 offsets into the text, end exclusive. */
  offsets: z.array(offset),
  special: z.array(z.boolean()),
})

const outputSummary = z.object({
  text: z.string(),
  tokens: z.number().int(),
  /** Sum over the tokens, nats. */
  logProb: z.number(),
  meanEntropy: z.number(),
  maxEntropy: z.number(),
})

/** One line of the list. */
export const instanceRow = z.object({
  id: identifier,
  ordinal: z.number().int(),
  /** The first 240 characters of the source. */
  source: z.string(),
  reference: z.string().nullable(),
  attributes: z.record(z.string(), attributeValue),
  output: outputSummary.nullable(),
  /** What studies have found of it, by field (`study.KIND.NAME`); without those that found nothing. */
  studied: z.record(z.string(), z.number()).default({}),
  /** null for a row of the corpus; a given text is cut to its first 240 characters. */
  origin: origin.nullable(),
})
export type InstanceRow = z.infer<typeof instanceRow>

/** Sort keys: `ordinal`, `id`, a column, a number of the output (`output.maxEntropy`), or what a study has found (`study.KIND.NAME`). */
export const instancesQuery = z.object({
  search: z.string().max(200).optional(),
  /** JSON array of filters of the shared document. */
  filters: z
    .string()
    .max(8000)
    .transform((text, context) => {
      try {
        return JSON.parse(text) as unknown
      } catch {
        context.addIssue({ code: 'custom', message: 'filters must be a JSON array' })
        return z.NEVER
      }
    })
    .pipe(z.array(filter).max(20))
    .optional(),
  /** The texts of people's own in place of the corpus; filters are about the corpus and leave them all. */
  own: z.stringbool().default(false),
  sort: z.string().max(80).optional(),
  descending: z.stringbool().optional(),
  offset: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(500).default(100),
})
export type InstancesQuery = z.input<typeof instancesQuery>

export const instancesReply = z.object({
  rows: z.array(instanceRow),
  /** How many match. */
  total: z.number().int(),
  /** How many there are, in the corpus or of people's own. */
  all: z.number().int(),
})
export type InstancesReply = z.infer<typeof instancesReply>

/** Columns to filter and sort by. */
export const fieldReply = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('category'),
    name: z.string(),
    /** The commonest 50, with counts; `others` counts the rest. */
    values: z.array(z.object({ value: z.string(), count: z.number().int() })),
    others: z.number().int(),
  }),
  z.object({
    type: z.literal('number'),
    name: z.string(),
    /** How it is called, and what it is, where a study has found it. */
    study: z.object({ title: z.string(), definition: z.string() }).nullable().default(null),
    /** `nats`, `tokens`, or empty. */
    unit: z.string(),
    min: z.number(),
    max: z.number(),
    /** Counts in 24 equal bins from min to max. */
    histogram: z.array(z.number().int()),
  }),
])
export type FieldReply = z.infer<typeof fieldReply>
export const fieldsReply = z.object({ fields: z.array(fieldReply) })
export type FieldsReply = z.infer<typeof fieldsReply>

export const scoredStep = z.object({
  id: z.number().int(),
  token: z.string(),
  logProb: z.number(),
  entropy: z.number(),
  alternatives: z.array(z.object({ id: z.number().int(), token: z.string(), logProb: z.number() })),
})

export type ScoredStep = z.infer<typeof scoredStep>

/** An instance with everything the Instance View shows before any attribution. */
export const instanceReply = z.object({
  id: identifier,
  ordinal: z.number().int(),
  source: tokenizedText.extend({ text: z.string() }),
  reference: z.string().nullable(),
  attributes: z.record(z.string(), attributeValue),
  /** What the model wrote, greedily, or what somebody gave; null until it has (ask for it with POST …/output). */
  output: tokenizedText.extend({ text: z.string(), steps: z.array(scoredStep), decoding: z.string() }).nullable(),
  /** Why there can be no output: text over the length limit, no tokens. */
  problem: z.string().nullable(),
  /** null for a row of the corpus. */
  origin: origin.nullable(),
})
export type InstanceReply = z.infer<typeof instanceReply>
