import { z } from 'zod'
import type { AttributeValue } from '../wire/instances.ts'

/**
 * What a column of a corpus is. Categories, lists and numbers are filtered and sorted by; texts are shown and sorted by; data are
 * kept for the views that know them.
 */
export const columnType = z.enum(['category', 'list', 'number', 'text', 'data'])
export type ColumnType = z.infer<typeof columnType>

export const column = z.object({ name: z.string(), type: columnType })
export const columns = z.array(column)
export type Column = z.infer<typeof column>

/** A category has at most so many values, unless they repeat. */
const CATEGORY_VALUES = 200

/** Longer values are data: a filter could not hold them, and a list not show them. */
const LONGEST_VALUE = 200
const LONGEST_TEXT = 500

/** What was seen of a column while reading. */
export interface Profile {
  readonly name: string
  scalars: number
  numbers: number
  lists: number
  structured: number
  longest: number
  /** Up to one more than a category may have of its own, or a tenth of the rows. */
  readonly values: Set<string>
}

export function makeProfile(name: string): Profile {
  return { name, scalars: 0, numbers: 0, lists: 0, structured: 0, longest: 0, values: new Set() }
}

/** Takes one value of a column into account. */
export function observe(profile: Profile, value: unknown): void {
  if (value === null) return
  if (typeof value === 'number') profile.numbers++
  else if (typeof value === 'boolean') profile.scalars++
  else if (typeof value === 'string') observeText(profile, value, 'scalars')
  else if (isTextList(value)) for (const entry of value) observeText(profile, entry, null)
  else profile.structured++
  if (isTextList(value)) profile.lists++
}

function observeText(profile: Profile, value: string, counter: 'scalars' | null): void {
  if (counter !== null) profile[counter]++
  profile.longest = Math.max(profile.longest, value.length)
  // Longer ones make no category anyway, and keeping them would fill the memory.
  if (value.length <= LONGEST_TEXT) profile.values.add(value)
}

/** What a column is, once all `rows` rows were seen. */
export function classify(profile: Profile, rows: number): ColumnType {
  const { scalars, numbers, lists, structured, longest, values } = profile
  if (structured > 0 || longest > LONGEST_TEXT) return 'data'
  if (lists > 0) return scalars === 0 && numbers === 0 && values.size <= CATEGORY_VALUES ? 'list' : 'data'
  if (numbers > 0 && scalars === 0) return 'number'
  const repeats = values.size <= CATEGORY_VALUES || values.size <= rows / 2
  return repeats && longest <= LONGEST_VALUE ? 'category' : 'text'
}

/** A value as an attribute; numbers in a column that also has words become words. */
export function toAttribute(value: unknown, type: ColumnType): AttributeValue {
  if (typeof value === 'number') return type === 'number' ? value : String(value)
  if (typeof value === 'string' || typeof value === 'boolean' || isTextList(value)) return value
  return null
}

/** What a row says beside its own columns: values to filter and colour by, and data that is only kept. */
export interface SortedValues {
  readonly attributes: Readonly<Record<string, AttributeValue>>
  /** Null where there is none. */
  readonly data: Readonly<Record<string, unknown>> | null
}

/** The values of a row by what their columns are. */
export function sortValues(values: ReadonlyMap<string, unknown>, columns: readonly Column[]): SortedValues {
  const attributes: Record<string, AttributeValue> = {}
  const data: Record<string, unknown> = {}
  for (const { name, type } of columns) {
    const value = values.get(name)
    if (value === undefined) continue
    if (type === 'data') data[name] = value
    else attributes[name] = toAttribute(value, type)
  }
  return { attributes, data: Object.keys(data).length === 0 ? null : data }
}

export function isTextList(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string')
}
