/** What the table of instances gives away: all rows that match, not only those on screen. */
import { untrack } from 'solid-js'
import type { InstanceRow } from '#server/wire/instances.ts'
import { readInstances } from '#web/api/instances.ts'
import type { Api } from '#web/api/request.ts'
import type { Exportable } from '#web/export/registry.ts'
import type { CellValue, Column, Table } from '#web/export/table.ts'
import { fieldTitle } from '#web/state/fields.ts'
import { describeFilter } from '#web/state/filters.ts'
import type { Room } from '#web/state/room.ts'

/** Rows asked for at once. */
const page = 500

export function listExport(api: Api, room: Room): Exportable {
  const filters = () => [...room.filters.list().values()]
  return {
    title: 'Instances',
    name: () => ['instances', room.info().corpus.name, room.list.search()],
    caption: () => `Instances of ${room.info().corpus.name}`,
    facts: () => {
      const said = [
        ...filters().map((filter) => describeFilter(filter, (name) => fieldTitle(name, room.fields.list()))),
        ...(room.list.search() === '' ? [] : [`“${room.list.search()}”`]),
      ]
      return said.length === 0 ? {} : { filters: said.join('; ') }
    },
    csv: async () => rowsTable(await readAll(api, room)),
  }
}

/** The rows behind the present search, filters and order. */
async function readAll(api: Api, room: Room): Promise<readonly InstanceRow[]> {
  const query = untrack(() => ({
    search: room.list.search(),
    filters: [...room.filters.list().values()],
    ...room.list.order(),
  }))
  const rows: InstanceRow[] = []
  for (;;) {
    // One after the other: the server answers others meanwhile.
    const reply = await readInstances(api, room.id, { ...query, offset: rows.length, limit: page })
    rows.push(...reply.rows)
    if (reply.rows.length === 0 || rows.length >= reply.total) return rows
  }
}

/** One column for everything the server lists of a row; the source is its beginning, as in the table. */
export function rowsTable(rows: readonly InstanceRow[]): Table {
  const column = (name: string, unit: string | null, read: (row: InstanceRow) => CellValue): Column => ({
    name,
    unit,
    values: rows.map(read),
  })
  const studies = [...new Set(rows.flatMap(({ studied }) => Object.keys(studied)))]
  const names = [...new Set(rows.flatMap(({ attributes }) => Object.keys(attributes)))]
  return [
    column('id', null, ({ id }) => id),
    column('ordinal', null, ({ ordinal }) => ordinal),
    column('source_start', null, ({ source }) => source),
    column('reference', null, ({ reference }) => reference),
    column('output', null, ({ output }) => output?.text ?? null),
    column('output_tokens', 'tokens', ({ output }) => output?.tokens ?? null),
    column('output_log_prob', 'nats', ({ output }) => output?.logProb ?? null),
    column('output_mean_entropy', 'nats', ({ output }) => output?.meanEntropy ?? null),
    column('output_max_entropy', 'nats', ({ output }) => output?.maxEntropy ?? null),
    ...studies.map((name) => column(name, null, ({ studied }) => studied[name] ?? null)),
    ...names.map((name) => column(name, null, ({ attributes }) => cellOf(attributes[name] ?? null))),
  ]
}

/** Lists become one cell, parted by semicolons. */
const cellOf = (value: CellValue | readonly string[]): CellValue =>
  typeof value === 'object' && value !== null ? value.join('; ') : value
