/** A map of very many heads: cells on a canvas; the head with the focus, the chosen and the pruned ones as elements above it. */
import type { JSX } from 'solid-js'
import { createMemo, createSignal } from 'solid-js'
import type { Head } from '#compute/types.ts'
import { createEffect, For } from '#web/solid.ts'
import { drawnAt } from './element-size.ts'
import type { HeadMap } from './heads.ts'
import { headOf, indexOf, nameOf } from './heads.ts'
import type { MapProps } from './map.tsx'
import { fillOf, Outlines } from './map.tsx'
import { gutter, layersOf, mapFoot, mapHead } from './map-layout.ts'

export function MapCanvas(props: MapProps): JSX.Element {
  let canvas!: HTMLCanvasElement
  const [under, setUnder] = createSignal<Head | null>(null)
  const map = (): HeadMap => props.cells.map
  const layers = createMemo(() => layersOf(map().layers, props.upwards))
  const width = (): number => map().heads * props.cell
  const height = (): number => map().layers * props.cell
  const place = (head: Pick<Head, 'layer' | 'head'>): readonly [number, number] => [
    gutter + head.head * props.cell,
    mapHead + layers().indexOf(head.layer) * props.cell,
  ]
  const px = (units: number): string => `${units * props.scale}px`
  createEffect(() => paint(canvas, props, layers()))
  /** Elements exist for those heads alone that somebody may reach: the one with the tab stop and the one under the pointer. */
  const reachable = createMemo(() => {
    const stop = props.tabStop === null ? null : headOf(props.tabStop, [map()])
    const pointed = under()
    const both = [stop, pointed].filter((head) => head !== null)
    return [...new Map(both.map((head) => [nameOf(head), head])).values()]
  })
  return (
    <div class="head-map-canvas" style={{ width: px(gutter + width() + 1), height: px(mapHead + height() + mapFoot) }}>
      <canvas
        ref={(element) => (canvas = element)}
        aria-hidden="true"
        style={{ left: px(gutter), top: px(mapHead), width: px(width()), height: px(height()) }}
        onPointerMove={(event) => setUnder(headAt(event, props.cell * props.scale, layers(), map()))}
      />
      <svg
        role="grid"
        aria-label={`${map().title}, layers by heads`}
        aria-rowcount={map().layers}
        aria-colcount={map().heads}
        {...drawnAt(gutter + width() + 1, mapHead + height() + mapFoot, props.scale)}
      >
        <text class="map-name" x={gutter} y="11" aria-hidden="true">
          {map().title}
        </text>
        <text x={gutter - 6} y={mapHead + 9} text-anchor="end" aria-hidden="true">
          L{(layers()[0] ?? 0) + props.countFrom}
        </text>
        <text x={gutter - 6} y={mapHead + height() - 1} text-anchor="end" aria-hidden="true">
          L{(layers().at(-1) ?? 0) + props.countFrom}
        </text>
        <text x={gutter} y={mapHead + height() + 12} aria-hidden="true">
          H{props.countFrom}
        </text>
        <text x={gutter + width()} y={mapHead + height() + 12} text-anchor="end" aria-hidden="true">
          H{map().heads - 1 + props.countFrom}
        </text>
        <For each={reachable()}>
          {(head) => (
            <g role="row" aria-rowindex={layers().indexOf(head.layer) + 1}>
              <g
                class="head-cell"
                role="gridcell"
                aria-colindex={head.head + 1}
                aria-selected={props.chosen.has(nameOf(head))}
                aria-label={props.describe(head)}
                tabindex={props.tabStop === nameOf(head) ? 0 : -1}
                data-head={nameOf(head)}
                transform={`translate(${place(head).join(' ')})`}
              >
                <rect class="cell-edge hit" x="0.5" y="0.5" width={props.cell - 2} height={props.cell - 2} />
              </g>
            </g>
          )}
        </For>
        <Outlines owner={props} place={place} />
      </svg>
    </div>
  )
}

function headAt(event: PointerEvent, cell: number, layers: readonly number[], map: HeadMap): Head | null {
  const head = Math.floor(event.offsetX / cell)
  const layer = layers[Math.floor(event.offsetY / cell)]
  return layer === undefined || head < 0 || head >= map.heads ? null : { kind: map.kind, layer, head }
}

/** One filled square or two triangles a head; what is not known stays empty, with a dot. */
function paint(canvas: HTMLCanvasElement, props: MapProps, layers: readonly number[]): void {
  const { map, lower, upper } = props.cells
  const ratio = (window.devicePixelRatio || 1) * props.scale
  const size = props.cell - 1
  canvas.width = Math.round(map.heads * props.cell * ratio)
  canvas.height = Math.round(map.layers * props.cell * ratio)
  const context = canvas.getContext('2d')
  if (context === null) return
  context.scale(ratio, ratio)
  const ink = getComputedStyle(canvas).getPropertyValue('--ink-3')
  layers.forEach((layer, row) => {
    for (let head = 0; head < map.heads; head++) {
      const at = indexOf({ layer, head }, map)
      const [x, y] = [head * props.cell, row * props.cell]
      const known = (values: Float32Array): boolean => !Number.isNaN(values[at] ?? Number.NaN)
      const fill = (values: Float32Array): void => {
        context.fillStyle = known(values) ? fillOf(values[at], props, '') : ink
      }
      fill(lower)
      if (!known(lower)) context.fillRect(x + size / 2, y + size / 2, 1, 1)
      else if (upper === null) context.fillRect(x, y, size, size)
      else triangle(context, [x, y, x, y + size, x + size, y + size])
      if (upper === null || !known(upper)) continue
      fill(upper)
      triangle(context, [x, y, x + size, y, x + size, y + size])
    }
  })
}

type Corners = readonly [number, number, number, number, number, number]

function triangle(context: CanvasRenderingContext2D, [ax, ay, bx, by, cx, cy]: Corners): void {
  context.beginPath()
  context.moveTo(ax, ay)
  context.lineTo(bx, by)
  context.lineTo(cx, cy)
  context.fill()
}
