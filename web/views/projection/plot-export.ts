/** What the plot of the corpus gives away: the picture as it is on screen, and where each point lies. */
import { untrack } from 'solid-js'
import type { Inks } from '#web/export/inks.ts'
import type { Exportable } from '#web/export/registry.ts'
import type { Fragment, Picture } from '#web/export/svg.ts'
import { element, textElement } from '#web/export/svg.ts'
import type { Table } from '#web/export/table.ts'
import { marksFor } from '#web/marks/points/styles.ts'
import { takeCensus } from '#web/marks/points/census.ts'
import { toScreen } from '#web/marks/points/view-transform.ts'
import type { Laid } from '#web/state/projection.ts'
import type { PlotModel } from './model.ts'
import { placeNames, spotsOf } from './names.ts'
import { methodNames } from './parameter-texts.ts'
import type { Stage } from './stage.ts'

/** More vectors than this open slowly in other programs; such pictures hold an even sample, and say so. */
const mostVectors = 20_000

export function plotExport(model: PlotModel, stage: Stage, laid: () => Laid): Exportable {
  return {
    title: 'Corpus',
    name: () => ['projection', `layer-${untrack(model.layer)}`],
    caption: () => untrack(() => captionOf(model)),
    facts: () =>
      untrack(() => {
        const report = laid().layout?.report ?? null
        return report === null ? {} : { layout: JSON.stringify(report.parameters), coordinates: report.hash }
      }),
    svg: (inks) => untrack(() => pictureOf(model, stage, inks)),
    csv: () => untrack(() => tableOf(model)),
    tensors: () => untrack(() => laid().analysis.result),
  }
}

function captionOf(model: PlotModel): string {
  const method = model.laid()?.method ?? 'umap'
  const legend = model.colouring().legend
  const colour = legend.kind === 'levels' ? legend.column.title : legend.kind === 'range' ? legend.title : null
  const sampled = model.rows().count > mostVectors ? `, every ${stepOf(model)}th drawn` : ''
  return `${methodNames[method]} of ${model.rows().count} states, layer ${model.layer()}${colour === null ? '' : `, coloured by ${colour}`}${sampled}`
}

const stepOf = (model: PlotModel): number => Math.max(1, Math.ceil(model.rows().count / mostVectors))

function pictureOf(model: PlotModel, stage: Stage, inks: Inks): Picture {
  const { places, transform, size } = stage.moment()
  const { fills, legend } = model.colouring()
  const { classes, codes } = model.look()
  const radius = marksFor(takeCensus(places.x, places.y), transform, size).diameter / 2
  const points: Fragment[] = []
  for (let row = 0; row < places.x.length; row += stepOf(model)) {
    const [cx, cy] = toScreen(transform, [places.x[row]!, places.y[row]!])
    if (cx < 0 || cy < 0 || cx > size.width || cy > size.height) continue
    const aside = classes[row] === 0 ? 0.3 : null
    points.push(element('circle', { cx, cy, r: radius, fill: fills[codes[row]!] ?? inks.ink3, opacity: aside }))
  }
  const spots = legend.kind === 'levels' ? spotsOf(places, model.rows(), legend.column, model.matching()) : []
  const names = placeNames(spots, transform, size, []).map(({ wish, box }) =>
    textElement(wish.text, {
      x: (box.left + box.right) / 2,
      y: box.bottom - 3,
      'text-anchor': 'middle',
      'font-size': 11,
    }),
  )
  return { width: size.width, height: size.height, body: [...points, ...names] }
}

/** One row for each point: its id, its place in the layout as it was computed, and how far it can be trusted. */
function tableOf(model: PlotModel): Table {
  const [laid, { ids, ordinals }, { pointOf }] = [model.laid(), model.points(), model.rows()]
  const rows = Array.from(pointOf)
  return [
    { name: 'id', unit: null, values: rows.map((point) => ids[point] ?? null) },
    { name: 'ordinal', unit: null, values: rows.map((point) => ordinals[point] ?? null) },
    { name: 'x', unit: null, values: rows.map((_, row) => laid?.xy[2 * row] ?? null) },
    { name: 'y', unit: null, values: rows.map((_, row) => laid?.xy[2 * row + 1] ?? null) },
    { name: 'kept', unit: null, values: rows.map((_, row) => laid?.kept?.[row] ?? null) },
  ]
}
