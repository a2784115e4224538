import { z } from 'zod'
import { type FileTensor, decodeSafetensors, readMetadata } from '#compute/index.ts'
import type { FieldReply } from './wire/instances.ts'
import type { Filter } from '#collab/wire/document.ts'
import { encodePoints } from '#collab/wire/point-set.ts'
import { BINS } from './db/fields.ts'
import { listColumnResults } from './db/study-results.ts'
import type { AppDeps } from './deps.ts'
import { Refusal } from './errors.ts'
import { type StudyColumn, studyColumn } from './wire/studies.ts'

/** What a study has found of every instance. */
export interface ComputedColumn extends StudyColumn {
  /** `study.KIND.NAME` */
  readonly field: string
  readonly ordinals: Int32Array
  /** NaN: no value. */
  readonly values: Float32Array
}

type Deps = Pick<AppDeps, 'database' | 'results'>

const report = z.object({ columns: z.array(studyColumn).default([]) })

/** The columns of the newest study of each kind that was computed for a workspace. */
export async function readStudyColumns(
  workspace: string,
  { database, results }: Deps,
): Promise<readonly ComputedColumn[]> {
  const columns: ComputedColumn[] = []
  for (const { kind, result } of await listColumnResults(database, workspace)) {
    const bytes = await results.read(result)
    // Removed by hand: it is computed again when somebody asks for the study.
    if (bytes !== null) columns.push(...columnsOf(kind, bytes, result))
  }
  return columns
}

function columnsOf(kind: string, bytes: Uint8Array, file: string): readonly ComputedColumn[] {
  const tensors = decodeSafetensors(bytes, file)
  const ordinals = tensors.get('ordinals')?.data
  const { columns } = report.parse(JSON.parse(readMetadata(bytes, file)['report'] ?? '{}'))
  if (!(ordinals instanceof Int32Array)) return []
  return columns.flatMap((column) => {
    const values = floatsOf(tensors.get(`column.${column.name}`))
    return values?.length === ordinals.length
      ? [{ ...column, field: `study.${kind}.${column.name}`, ordinals, values }]
      : []
  })
}

function floatsOf(tensor: FileTensor | undefined): Float32Array | null {
  return tensor?.data instanceof Float32Array ? tensor.data : null
}

/** A column as something to filter and sort by; null where no instance has a value. */
export function fieldOf({ field, title, definition, unit, values }: ComputedColumn): FieldReply | null {
  const numbers = values.filter((value) => !Number.isNaN(value))
  if (numbers.length === 0) return null
  let [min, max] = [Infinity, -Infinity]
  for (const number of numbers) [min, max] = [Math.min(min, number), Math.max(max, number)]
  const histogram = Array.from({ length: BINS }, () => 0)
  for (const number of numbers) {
    const bin = max === min ? 0 : Math.min(BINS - 1, Math.floor(((number - min) / (max - min)) * BINS))
    histogram[bin]! += 1
  }
  return { type: 'number', name: field, study: { title, definition }, unit, min, max, histogram }
}

/** What studies have found of instances, by ordinal. */
export function findingsOf(columns: readonly ComputedColumn[], ordinals: readonly number[]) {
  const findings = new Map(ordinals.map((ordinal): [number, Record<string, number>] => [ordinal, {}]))
  for (const { field, ordinals: all, values } of columns) {
    all.forEach((ordinal, i) => {
      const value = values[i]!
      const own = findings.get(ordinal)
      if (own !== undefined && !Number.isNaN(value)) own[field] = value
    })
  }
  return findings
}

/** The same filters, those over columns of studies as the rows they let through: the database knows no such columns. */
export async function resolveFilters(
  filters: readonly Filter[],
  workspace: string,
  deps: Deps,
): Promise<readonly Filter[]> {
  if (!filters.some(isOverStudy)) return filters
  const columns = await readStudyColumns(workspace, deps)
  return filters.map((filter) => (isOverStudy(filter) ? toSlice(filter, columns) : filter))
}

type FieldFilter = Extract<Filter, { field: string }>

const isOverStudy = (filter: Filter): filter is FieldFilter => 'field' in filter && filter.field.startsWith('study.')

function toSlice(filter: FieldFilter, columns: readonly ComputedColumn[]): Filter {
  const column = columns.find(({ field }) => field === filter.field)
  if (column === undefined) {
    throw new Refusal(
      'bad-request',
      `"${filter.field}" is not computed in this workspace. Compute the study, or remove the filter`,
      {
        field: 'filters',
      },
    )
  }
  if (filter.kind !== 'range') {
    throw new Refusal('bad-request', `"${filter.field}" holds numbers; filter it by a range`, { field: 'filters' })
  }
  const [low, high] = [filter.min ?? -Infinity, filter.max ?? Infinity]
  const rows = column.ordinals.filter((_, i) => column.values[i]! >= low && column.values[i]! <= high)
  // `r` is the set of no rows.
  return { kind: 'slice', name: column.title, points: encodePoints(rows) ?? 'r' }
}
