/** What the Attention Views give away: the maps of heads and the patterns of those that are chosen. */
import type { Accessor } from 'solid-js'
import { WebError } from '#web/errors.ts'
import type { Exportable } from '#web/export/registry.ts'
import type { Column, Table } from '#web/export/table.ts'
import type { Analysis } from '#web/state/analyses.ts'
import { describeOptions } from '#web/views/instance/explanations.ts'
import type { Board } from './board.ts'
import type { Cells, MapValues } from './cells.ts'
import { valueText } from './cells.ts'
import type { HeadPattern } from './head-patterns.ts'
import { headOf, indexOf, nameOf } from './heads.ts'
import { valueAt } from './pattern.ts'

export interface MapsParts {
  readonly board: Board
  readonly cells: Accessor<Cells>
  readonly values: Accessor<readonly MapValues[]>
  /** The answer that the values of this text were read from. */
  readonly analysis: Accessor<Analysis | null>
}

/** The maps with both values of every head. */
export function mapsExport({ board, cells, values, analysis }: MapsParts): Exportable {
  return {
    title: 'Head maps',
    name: () => ['heads', board.metric().id, board.instance()?.id ?? 'mean', board.quote() ?? ''],
    caption: () => captionOf(board),
    facts: () => ({ ...factsOf(board), metric: `${board.metric().label} (${board.metric().formula})` }),
    svg: async (inks) => {
      if (!cells().maps.some(({ reach }) => reach > 0))
        throw new WebError('bad-file', 'The maps are still empty. Wait until they are filled, then export them.')
      const [{ mapsPicture }, { createMeasure }] = await Promise.all([
        import('./maps-picture.ts'),
        import('#web/export/measure.ts'),
      ])
      return mapsPicture(cells(), {
        inks,
        ramps: board.app.ramps(),
        measure: createMeasure(),
        metric: board.metric(),
        upwards: board.upwards(),
        countFrom: board.countFrom(),
        chosen: new Set(board.heads().map(nameOf)),
        pruned: board.pruned(),
      })
    },
    csv: () => mapsTable(board, values()),
    tensors: () => analysis()?.result ?? null,
    values: () => chosenValues(board, values()),
  }
}

const captionOf = (board: Board): string =>
  [
    board.metric().label,
    board.quote() && `for ${board.quote()}`,
    board.instance() && `of ${board.instance()?.id}`,
    'by head',
  ]
    .filter((part) => part !== null)
    .join(' ')

function factsOf(board: Board): Readonly<Record<string, string>> {
  const instance = board.instance()
  return {
    ...(instance ? { instance: instance.id } : {}),
    method: describeOptions(board.room.selection.view().options),
  }
}

/** One row a head. Layers and heads count from 0, whatever the screen does. */
function mapsTable(board: Board, values: readonly MapValues[]): Table {
  const chosen = new Set(board.heads().map(nameOf))
  const rows = values.flatMap((each) =>
    Array.from({ length: each.map.layers * each.map.heads }, (_, at) => {
      const head = { kind: each.map.kind, layer: Math.floor(at / each.map.heads), head: at % each.map.heads }
      return { at, each, head, name: nameOf(head) }
    }),
  )
  const column = (
    name: string,
    unit: string | null,
    read: (row: (typeof rows)[number]) => Column['values'][number],
  ): Column => ({
    name,
    unit,
    values: rows.map(read),
  })
  const unit = board.metric().unit || null
  const metric = board.metric().id.replaceAll(/\W/g, '_')
  return [
    column('kind', null, ({ head }) => head.kind),
    column('layer', null, ({ head }) => head.layer),
    column('head', null, ({ head }) => head.head),
    column(`${metric}_instance`, unit, ({ each, at }) => each.instance?.[at] ?? null),
    column(`${metric}_mean`, unit, ({ each, at }) => each.mean?.[at] ?? null),
    column(`${metric}_sd`, unit, ({ each, at }) => each.deviation?.[at] ?? null),
    column('chosen', null, ({ name }) => chosen.has(name)),
    column('pruned', null, ({ name }) => board.pruned().has(name)),
  ]
}

/** The chosen heads with their value on this text. */
const chosenValues = (board: Board, values: readonly MapValues[]): readonly (readonly [string, string])[] =>
  board.heads().flatMap((head) => {
    const own = values.find(({ map }) => map.kind === head.kind)
    if (own === undefined || headOf(nameOf(head), board.maps()) === null) return []
    const metric = board.metric()
    const value = (own.instance ?? own.mean)?.[indexOf(head, own.map)]
    return [[`${board.titleOf(head)}, ${metric.label.toLowerCase()}`, valueText(value, metric)] as const]
  })

/** A pattern as it is on screen; read when it is exported. */
export interface PatternParts {
  readonly of: HeadPattern
  readonly what: 'attention' | 'attribution'
  /** The value at which the ramp ends. */
  readonly reach: number
}

/** One pattern: the weights of a head, or what each of them contributes. */
export function patternExport(board: Board, parts: PatternParts): Exportable {
  const pattern = () => (parts.what === 'attention' ? parts.of.weights() : parts.of.attribution())
  const title = (): string => `${board.titleOf(parts.of.head)}, ${parts.what}`
  const target = (): string => board.quote() ?? ''
  return {
    get title() {
      return title()
    },
    name: () => [parts.what, nameOf(parts.of.head), board.instance()?.id ?? ''],
    caption: () => `${title()} of ${board.instance()?.id ?? ''}: each row looks at the columns`,
    facts: () => ({
      ...factsOf(board),
      head: nameOf(parts.of.head),
      ...(parts.what === 'attribution' ? { target: target() } : {}),
    }),
    svg: async (inks) => {
      const [{ patternPicture }, { createMeasure }] = await Promise.all([
        import('./pattern-picture.ts'),
        import('#web/export/measure.ts'),
      ])
      return patternPicture(pattern() ?? { values: new Float32Array(0), queries: 0, keys: 0 }, parts.of.sides, {
        inks,
        ramps: board.app.ramps(),
        measure: createMeasure(),
        kind: parts.what === 'attention' ? 'amount' : 'signed',
        curve: board.settings().curve,
        reach: parts.reach,
        hidden: parts.of.hidden(),
      })
    },
    csv: () => patternTable(parts.of, pattern()),
    tensors: () => (parts.what === 'attention' ? parts.of.asked : parts.of.askedAttribution).analysis()?.result ?? null,
  }
}

/** One row a query, one column a key; a column's name holds its place, because texts repeat words. */
function patternTable({ sides }: HeadPattern, pattern: ReturnType<HeadPattern['weights']>): Table {
  if (pattern === null) return []
  return [
    { name: 'query', unit: null, values: sides.queries.map((_, at) => at) },
    { name: 'token', unit: null, values: sides.queries.map(({ label }) => label) },
    ...sides.keys.map(({ label }, key) => ({
      name: `${key} ${label}`,
      unit: null,
      values: sides.queries.map((_, query) => valueAt(pattern, query, key)),
    })),
  ]
}
