/** What the Projection View gives away: the plot of one layer, and its coordinates. */
import type { Accessor } from 'solid-js'
import type { Exportable } from '#web/export/registry.ts'
import type { CellValue, Column, Table } from '#web/export/table.ts'
import { count, counted } from '#web/marks/numbers.ts'
import type { ProjectionReport } from '#server/wire/projection-study.ts'
import type { Analysis } from '#web/state/analyses.ts'
import type { Column as PointColumn } from '#web/state/point-table.ts'
import { columnOf } from './colouring.ts'
import type { PlotModel } from './model.ts'

export interface ProjectionParts {
  readonly model: PlotModel
  readonly corpus: Accessor<string>
  /** The study that laid the points out; null before there is one. */
  readonly analysis: Accessor<Analysis | null>
}

export function projectionExport({ model, corpus, analysis }: ProjectionParts): Exportable {
  return {
    title: 'Projection',
    name: () => ['projection', corpus(), model.laid()?.method ?? '', `layer-${model.layer()}`],
    caption: () => `${corpus()}: states of layer ${model.layer()}, ${methodText(model)}, ${countText(model)}`,
    facts: () => factsOf(model),
    svg: async (inks) => {
      const [{ projectionPicture }, { createMeasure }] = await Promise.all([
        import('./picture.ts'),
        import('#web/export/measure.ts'),
      ])
      return projectionPicture(model, inks, createMeasure())
    },
    csv: () => tableOf(model),
    tensors: () => analysis()?.result ?? null,
    values: () => {
      const trust = model.laid()?.report?.trustworthiness
      return trust === undefined || trust === null ? [] : [['trustworthiness of the projection', trust.toFixed(3)]]
    },
  }
}

const methodText = (model: PlotModel): string =>
  ({ pca: 'PCA', umap: 'UMAP', tsne: 't-SNE' })[model.laid()?.method ?? 'pca']

const countText = (model: PlotModel): string =>
  model.shownCount() === model.rows().count
    ? counted(model.rows().count, 'point')
    : `${count(model.shownCount())} of ${counted(model.rows().count, 'point')} let through by the filters`

function factsOf(model: PlotModel): Readonly<Record<string, string>> {
  const report = model.layout()?.report ?? null
  const said = report === null ? '' : parametersText(report.parameters)
  return {
    method: methodText(model),
    states: `layer ${model.layer()}`,
    ...(said === '' ? {} : { parameters: said }),
    ...(report === null ? {} : { layout: report.hash }),
  }
}

/** What decides the coordinates under a method. */
const deciding = {
  pca: [],
  umap: ['neighbours', 'minDistance', 'spread', 'metric', 'epochs', 'seed'],
  tsne: ['perplexity', 'metric', 'epochs', 'seed'],
} as const satisfies Readonly<Record<ProjectionReport['parameters']['method'], readonly string[]>>

/** `neighbours 15, minDistance 0.9, …`, by the names that the command line and the API have for them. */
const parametersText = (parameters: ProjectionReport['parameters']): string =>
  deciding[parameters.method].map((name) => `${name} ${parameters[name]}`).join(', ')

/** What is of single precision has about seven digits. */
const digits = (value: number | undefined): number | null =>
  value === undefined || Number.isNaN(value) ? null : Number(value.toPrecision(7))

/** One row a point of the layout. Coordinates are those on screen, turned along the pane, without a unit. */
function tableOf(model: PlotModel): Table {
  const { pointOf } = model.rows()
  const { ids, ordinals, columns } = model.points()
  const { x, y } = model.places()
  const kept = model.laid()?.kept ?? null
  const [matching, chosen] = [model.matching(), model.chosen()]
  const column = (name: string, read: (row: number, point: number) => CellValue): Column => ({
    name,
    unit: null,
    values: Array.from(pointOf, (point, row) => read(row, point)),
  })
  const coloured = columnOf(model.colour(), columns)
  return [
    column('id', (_, point) => ids[point] ?? null),
    column('ordinal', (_, point) => ordinals[point] ?? null),
    column('x', (row) => digits(x[row])),
    column('y', (row) => digits(y[row])),
    column('neighbours_kept', (row) => digits(kept?.[row])),
    column('shown', (_, point) => matching === null || matching[point] === 1),
    column('chosen', (_, point) => chosen?.[point] === 1),
    ...(coloured === null ? [] : [column(coloured.name, (_, point) => valueOf(coloured, point))]),
  ]
}

const valueOf = (column: PointColumn, point: number): CellValue =>
  column.type === 'number' ? (column.values[point] ?? null) : (column.levels[column.codes[point] ?? -1] ?? null)
