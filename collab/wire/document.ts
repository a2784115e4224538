/**
 * The shared Y.Doc of a workspace. The server creates the containers (two people creating the same nested key at once would
 * lose one side); clients only set plain JSON values under ids of their own. Nothing read from a document is trusted: `read*`
 * parses each value into a fresh object and leaves out what does not fit its schema.
 */
import type * as Y from 'yjs'
import { z } from 'zod'
import { identifier } from './identifiers.ts'
import { pointSet } from './point-set.ts'

/** Names of the top-level Y.Maps of the document `shared`. */
export const containers = {
  selections: 'selections',
  filters: 'filters',
  notes: 'notes',
  evidence: 'evidence',
  links: 'links',
} as const

/** Name of the Y.Text in a document `notes/<id>`. */
export const noteText = 'text'

const index = z.number().int().min(0).max(1_000_000)

/** One token, or a span of tokens, on one side of an instance. `last` is inclusive. */
export const tokenChoice = z.strictObject({
  side: z.enum(['source', 'output']),
  index,
  last: index.optional(),
})
export type TokenChoice = z.infer<typeof tokenChoice>

/** How a number on screen was defined; mirrors `AttributionOptions` of compute. */
export const attributionOptions = z.strictObject({
  method: z.enum(['integrated-gradients', 'gradient-x-input', 'gradient-norm', 'occlusion']),
  baseline: z.union([
    z.enum(['zero', 'pad', 'unk', 'mean']),
    z
      .string()
      .regex(/^token:\d{1,9}$/)
      .transform((text) => text as `token:${number}`),
  ]),
  objective: z.enum(['log-prob', 'logit', 'probability']),
  attributeSpecial: z.boolean(),
  contrast: index.nullable(),
  quadrature: z.union([
    z.strictObject({ nodes: z.number().int().min(1).max(4096) }),
    z.strictObject({ tolerance: z.number().min(1e-5).max(0.5) }),
  ]),
})
export type AttributionOptionsValue = z.infer<typeof attributionOptions>

/** An attention head: `cross.2.1` is head 1 of layer 2, both counted from 0. */
export const headName = z.string().regex(/^(?:encoder|decoder|cross)\.\d{1,3}\.\d{1,3}$/)
/** With the rows chosen, a selection stays below what one value of a document may hold. */
const heads = z.array(headName).max(512).readonly()

/** What is held beside the present view: "B" of a comparison. */
export const pin = z.strictObject({ instance: identifier, options: attributionOptions })
export type Pin = z.infer<typeof pin>

/** What one person is looking at, stored under their person id. What older documents lack is at its default. */
export const selection = z.strictObject({
  instance: identifier.nullable(),
  token: tokenChoice.nullable(),
  options: attributionOptions,
  /** The first is the primary one. */
  heads: heads.default([]),
  /** Heads marked to be left out. */
  pruned: heads.default([]),
  pin: pin.nullable().default(null),
  /** Layer of the projection; null for the last. */
  layer: z.number().int().min(0).max(999).nullable().default(null),
  /** Rows chosen by lasso, legend or table. */
  points: pointSet.nullable().default(null),
  /** Milliseconds since 1970, by the writer's clock: only for "the latest first". */
  at: z.number().int().min(0),
})
export type Selection = z.infer<typeof selection>

/** A predicate on instances that everybody in the workspace sees applied. */
export const filter = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('is'),
    field: z.string().min(1).max(80),
    values: z.array(z.string().max(200)).min(1).max(50),
    not: z.boolean(),
  }),
  z.strictObject({
    kind: z.literal('range'),
    field: z.string().min(1).max(80),
    min: z.number().nullable(),
    max: z.number().nullable(),
  }),
  z.strictObject({ kind: z.literal('text'), query: z.string().min(1).max(200) }),
  /** Rows that somebody chose and gave a name. */
  z.strictObject({ kind: z.literal('slice'), name: z.string().min(1).max(80), points: pointSet }),
])
export type Filter = z.infer<typeof filter>

export const noteStatus = z.enum(['open', 'supported', 'refuted'])
export type NoteStatus = z.infer<typeof noteStatus>

/** A hypothesis: its head is here, its text in the document `notes/<id>`. Deleting sets a flag, so that undo brings it back. */
export const note = z.strictObject({
  title: z.string().max(300),
  status: noteStatus,
  owner: identifier,
  ownerName: z.string().max(80),
  createdAt: z.number().int().min(0),
  deletedAt: z.number().int().min(0).nullable(),
})
export type Note = z.infer<typeof note>

/** What an evidence chip stands for: a number, and everything needed to bring back the view it came from. */
export const evidence = z.strictObject({
  note: identifier,
  stance: z.enum(['for', 'against']).nullable(),
  instance: identifier,
  token: tokenChoice,
  /** The token the number is about where it is not the chosen one: "“the” → che". */
  about: tokenChoice.nullable(),
  options: attributionOptions,
  /** The heads the number is about, or that were left out. */
  heads: heads.default([]),
  pruned: heads.default([]),
  /** Words to read on the chip, taken from the text when it was made. */
  quote: z.string().max(200),
  value: z.number().nullable(),
  unit: z.string().max(20),
  gap: z.number().nullable(),
  /** Key of the run the value came from; null for a value that needed no run. */
  run: z.string().max(80).nullable(),
  by: identifier,
  at: z.number().int().min(0),
})
export type Evidence = z.infer<typeof evidence>

/** The query of a long address, under a short id. */
export const shortLink = z.strictObject({
  query: z.string().min(1).max(12_000),
  by: identifier,
  at: z.number().int().min(0),
})
export type ShortLink = z.infer<typeof shortLink>

const schemas = { selections: selection, filters: filter, notes: note, evidence, links: shortLink } as const
type Container = keyof typeof schemas
type ValueOf<C extends Container> = z.infer<(typeof schemas)[C]>

/** One value of a container, or null where there is none or it does not fit. */
export function readValue<C extends Container>(doc: Y.Doc, container: C, id: string): ValueOf<C> | null {
  const parsed = schemas[container].safeParse(doc.getMap(containers[container]).get(id))
  return parsed.success ? (parsed.data as ValueOf<C>) : null
}

/** Every value of a container that fits its schema, by id, in a Map (so that no id can reach a prototype). */
export function readAll<C extends Container>(doc: Y.Doc, container: C): Map<string, ValueOf<C>> {
  const values = new Map<string, ValueOf<C>>()
  for (const id of doc.getMap(containers[container]).keys()) {
    if (!identifier.safeParse(id).success) continue
    const value = readValue(doc, container, id)
    if (value !== null) values.set(id, value)
  }
  return values
}

/** Sets one value, refusing one that readers would leave out. Throws a ZodError. */
export function writeValue<C extends Container>(doc: Y.Doc, container: C, id: string, value: ValueOf<C>): void {
  doc.getMap(containers[container]).set(identifier.parse(id), schemas[container].parse(value))
}
