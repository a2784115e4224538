/** The filters that everybody in the workspace sees applied. Changes of one's own can be undone, others' never are. */
import type { Accessor } from 'solid-js'
import { untrack } from 'solid-js'
import type * as Y from 'yjs'
import type { Filter } from '#collab/wire/document.ts'
import { containers, writeValue } from '#collab/wire/document.ts'
import { makeSharedMap } from '#web/collab/shared-map.ts'
import { fieldLabel } from './fields.ts'
import type { History } from './history.ts'

export interface Filters {
  readonly list: Accessor<ReadonlyMap<string, Filter>>
  add(filter: Filter): void
  change(id: string, filter: Filter): void
  remove(id: string): void
  close(): void
}

const taken = 'Somebody changed this filter since; it stays as it is.'

export function createFilters(doc: Y.Doc, history: History, newId: () => string): Filters {
  const map = makeSharedMap(doc, 'filters')
  const at = (id: string): Filter | null => untrack(map.values).get(id) ?? null
  /** Sets or removes, only while the filter is still what the step left behind. */
  const swap = (id: string, from: Filter | null, to: Filter | null): string | null => {
    if (!sameFilter(at(id), from)) return taken
    if (to === null) doc.getMap(containers.filters).delete(id)
    else writeValue(doc, 'filters', id, to)
    return null
  }
  const act = (label: string, id: string, from: Filter | null, to: Filter | null): void => {
    swap(id, from, to)
    history.push({ label, undo: () => swap(id, to, from), redo: () => swap(id, from, to) })
  }
  return {
    list: map.values,
    add: (filter) => act('new filter', newId(), null, filter),
    change: (id, filter) => act('change of a filter', id, at(id), filter),
    remove: (id) => act('removal of a filter', id, at(id), null),
    close: map.close,
  }
}

/** Equal as values: a filter is plain JSON whose fields always come in the order of its schema. */
export const sameFilter = (left: Filter | null, right: Filter | null): boolean =>
  JSON.stringify(left) === JSON.stringify(right)

/** The words on a filter's chip. */
export function describeFilter(filter: Filter, titleOf: (field: string) => string = fieldLabel): string {
  if (filter.kind === 'slice') return `slice “${filter.name}”`
  if (filter.kind === 'text') return `text “${filter.query}”`
  if (filter.kind === 'is')
    return `${titleOf(filter.field)} ${filter.not ? 'is not' : 'is'} ${filter.values.join(' or ')}`
  const { min, max } = filter
  const field = titleOf(filter.field)
  if (min !== null && max !== null) return `${field} ${short(min)} to ${short(max)}`
  if (min !== null) return `${field} from ${short(min)}`
  return max === null ? field : `${field} up to ${short(max)}`
}

const short = (value: number): string => String(Number(value.toPrecision(4))).replace('-', '\u2212')
