import { z } from 'zod'
import { identifier } from '#collab/wire/identifiers.ts'
import { displayName } from './names.ts'

/** Largest corpus file that is taken in. */
export const LARGEST_INTAKE = 2 * 2 ** 30
/** Largest piece of an upload. */
export const LARGEST_PIECE = 8 * 2 ** 20

/** Which column plays which part; null where none does. */
export const intakeFields = z.strictObject({
  source: z.string().max(80).nullable(),
  reference: z.string().max(80).nullable(),
  id: z.string().max(80).nullable(),
})
export type IntakeFields = z.infer<typeof intakeFields>

export const intakeEncoding = z.enum(['utf-8', 'utf-16le', 'utf-16be', 'windows-1252'])
export const intakeDelimiter = z.enum([',', ';', '\t', '|'])

/** Begins an upload: the pieces follow in order. */
export const openIntakeRequest = z.strictObject({
  name: displayName(120),
  bytes: z.number().int().min(0).max(LARGEST_INTAKE),
})
export type OpenIntakeRequest = z.infer<typeof openIntakeRequest>

/** A file on the server's own machine. */
export const localIntakeRequest = z.strictObject({ path: z.string().min(1).max(4_000) })
export type LocalIntakeRequest = z.infer<typeof localIntakeRequest>

export const localFoldersReply = z.object({ folders: z.array(z.string()) })
export type LocalFoldersReply = z.infer<typeof localFoldersReply>

export const pieceQuery = z.object({ at: z.coerce.number().int().min(0) })

/** Reads the file in another way; what is left out stays as it is. */
export const changeIntakeRequest = z.strictObject({
  /** null: as they are guessed. */
  fields: intakeFields.nullable().optional(),
  /** Columns that are not kept. */
  leaveOut: z.array(z.string().max(80)).max(1_000).optional(),
  encoding: intakeEncoding.optional(),
  delimiter: intakeDelimiter.optional(),
})
export type ChangeIntakeRequest = z.infer<typeof changeIntakeRequest>

export const intakeColumn = z.object({
  name: z.string(),
  type: z.enum(['category', 'list', 'number', 'text', 'data']),
  /** Rows that have a value. */
  filled: z.number().int(),
  /** The first value, shortened. */
  sample: z.string(),
  /** Part that it plays, or whether it becomes an attribute. */
  use: z.enum(['source', 'reference', 'id', 'attribute', 'left out']),
})
export type IntakeColumn = z.infer<typeof intakeColumn>

/** What was found in a file, read once from end to end. */
export const intakeSurvey = z.object({
  format: z.enum(['jsonl', 'json', 'csv', 'parquet']),
  /** null for Parquet. */
  encoding: intakeEncoding.nullable(),
  /** null unless the format is csv. */
  delimiter: intakeDelimiter.nullable(),
  /** What was decided about the file that somebody may want to know. */
  notices: z.array(z.string()),
  /** Rows that were seen, and those of them that can be taken with these fields. */
  seen: z.number().int(),
  rows: z.number().int(),
  /** The first faults of rows. `broken` counts all. */
  broken: z.number().int(),
  problems: z.array(z.object({ place: z.string(), message: z.string() })),
  fields: intakeFields,
  /** The first thousand. */
  columns: z.array(intakeColumn),
  columnCount: z.number().int(),
  /** The first rows as they will be. */
  preview: z.array(
    z.object({
      place: z.string(),
      id: z.string(),
      source: z.string(),
      reference: z.string().nullable(),
      attributes: z.record(z.string(), z.string()),
    }),
  ),
})
export type IntakeSurvey = z.infer<typeof intakeSurvey>

/** A corpus file on its way into a workspace. It is deleted after a day. */
export const intakeReply = z.object({
  id: identifier,
  name: z.string(),
  bytes: z.number().int(),
  state: z.enum(['receiving', 'reading', 'ready', 'refused']),
  /** Bytes received, or read. */
  done: z.number().int(),
  /** Why it was refused, and what to do next. */
  problem: z.string().nullable(),
  survey: intakeSurvey.nullable(),
})
export type IntakeReply = z.infer<typeof intakeReply>
