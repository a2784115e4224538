/** What a reader of a corpus file yields, whatever the format: one row after another, with where it stands. */

export interface FoundRow {
  /** Where in the file, as people find it: "line 17", "row 4". */
  readonly place: string
  /** Columns by name; null where the row cannot be read. */
  readonly values: ReadonlyMap<string, unknown> | null
  /** Why it cannot be read. */
  readonly problem: string | null
  /** Bytes of the file read so far. */
  readonly read: number
}

export type Rows = AsyncGenerator<FoundRow>

export const readable = (place: string, values: ReadonlyMap<string, unknown>, read: number): FoundRow => ({
  place,
  values,
  problem: null,
  read,
})

export const broken = (place: string, problem: string, read: number): FoundRow => ({
  place,
  values: null,
  problem,
  read,
})
