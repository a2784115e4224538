/** One matrix of queries and keys: cells on a canvas, rulers and sums around it, the chosen row framed, a cross-hair on hover. */
import type { JSX } from 'solid-js'
import { createMemo, Show } from 'solid-js'
import type { Ramps } from '#web/marks/ramp.ts'
import { createEffect } from '#web/solid.ts'
import { createSize } from './element-size.ts'
import type { Pattern } from './pattern.ts'
import { poolFactor, poolPattern, sumsOf } from './pattern.ts'
import type { PatternFrame, Spot } from './pattern-frame.ts'
import { frameOf, spotAt } from './pattern-frame.ts'
import { Overlay } from './pattern-overlay.tsx'
import type { Curve } from './pattern-paint.ts'
import { makeColourTable, paintPattern } from './pattern-paint.ts'
import type { Sides } from './sides.ts'

export interface FigureProps {
  readonly label: string
  readonly pattern: Pattern
  readonly sides: Sides
  /** The key that is hidden as a sink. */
  readonly hidden: number | null
  readonly kind: 'amount' | 'signed'
  /** The value at which the ramp ends. */
  readonly reach: number
  readonly curve: Curve
  readonly ramps: Ramps
  /** Size of one unit of the drawing, px. */
  readonly scale: number
  /** Rows and columns of the chosen token. */
  readonly rows: readonly [number, number] | null
  readonly columns: readonly [number, number] | null
  readonly spot: Spot | null
  readonly onSpot: (spot: Spot | null, at: DOMRect | null) => void
  readonly onChoose: (spot: Spot) => void
  /** Told when the drawing shows less than every cell: one cell for k × k. */
  readonly onPool: (k: number) => void
}

export function PatternFigure(props: FigureProps): JSX.Element {
  const size = createSize(() => props.scale)
  let box!: HTMLDivElement
  let canvas!: HTMLCanvasElement
  const frame = createMemo(() => frameOf(props.pattern, size.width(), size.height()))
  const sums = createMemo(() => sumsOf(props.pattern, props.hidden))
  createEffect(() => {
    if (size.width() > 0) props.onPool(paint(canvas, props, frame()))
  })
  const spotOf = (event: MouseEvent): Spot | null => {
    const at = box.getBoundingClientRect()
    const [x, y] = [event.clientX - at.left, event.clientY - at.top]
    return spotAt(frame(), props.pattern, x / props.scale, y / props.scale)
  }
  const hover = (event: PointerEvent): void => {
    const spot = spotOf(event)
    const at = box.getBoundingClientRect()
    props.onSpot(spot, spot && rectOf(frame(), spot, at, props.scale))
  }
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions, jsx-a11y/click-events-have-key-events -- the rulers of the Instance View choose the same tokens by key
    <div
      class="pattern-figure"
      role="img"
      aria-label={props.label}
      ref={(element) => {
        box = element
        size.watch(element)
      }}
      onPointerMove={hover}
      onPointerLeave={() => props.onSpot(null, null)}
      onClick={(event) => {
        const spot = spotOf(event)
        if (spot) props.onChoose(spot)
      }}
    >
      <canvas ref={(element) => (canvas = element)} />
      <Show when={size.width() > 0}>
        <Overlay figure={props} frame={frame()} sums={sums()} />
      </Show>
    </div>
  )
}

/** The cell, or the name, on the page: where the card is put. */
function rectOf(frame: PatternFrame, { query, key }: Spot, at: DOMRect, scale: number): DOMRect {
  const x = key === null ? frame.left : frame.left + key * frame.across
  const y = query === null ? frame.top : frame.top + query * frame.down
  return new DOMRect(at.left + scale * x, at.top + scale * y, scale * frame.across, scale * Math.max(frame.down, 8))
}

/** Paints the cells and returns how many cells a side stand for one. */
function paint(canvas: HTMLCanvasElement, props: FigureProps, frame: PatternFrame): number {
  const ratio = (window.devicePixelRatio || 1) * props.scale
  const px = (units: number): string => `${units * props.scale}px`
  const [width, height] = [frame.right - frame.left, frame.bottom - frame.top]
  const k = poolFactor(props.pattern, width * ratio, height * ratio)
  const shown = poolPattern(props.pattern, k, props.hidden)
  const image = new ImageData(shown.keys, shown.queries)
  const table = makeColourTable(props.ramps, props.kind, props.curve, props.reach)
  const hidden = props.hidden === null || k > 1 ? null : props.hidden
  paintPattern(new Uint32Array(image.data.buffer), shown, table, { hidden, causal: props.sides.causal })
  // One pixel a cell; the style scales it up with sharp edges.
  canvas.width = shown.keys
  canvas.height = shown.queries
  canvas.style.left = px(frame.left)
  canvas.style.top = px(frame.top)
  canvas.style.width = px((width * shown.keys * k) / props.pattern.keys)
  canvas.style.height = px((height * shown.queries * k) / props.pattern.queries)
  canvas.getContext('2d')?.putImageData(image, 0, 0)
  return k
}
