/** The pattern of a head in the small, inside its card: where it looks in the text on screen. */
import type { JSX } from 'solid-js'
import { createMemo, Show, untrack } from 'solid-js'
import type { Head } from '#compute/types.ts'
import type { InstanceReply } from '#server/wire/instances.ts'
import { createEffect } from '#web/solid.ts'
import type { Board } from './board.ts'
import { patternIn } from './head-patterns.ts'
import type { Pattern } from './pattern.ts'
import { poolFactor, poolPattern, sinkOf } from './pattern.ts'
import { makeColourTable, paintPattern } from './pattern-paint.ts'
import type { Sides } from './sides.ts'
import { sidesOf } from './sides.ts'

/** Largest width and height, and largest cell, px. */
const [width, height, cell] = [208, 128, 8]

/** Asks for the weights of the head's layer unless they are here; nothing is drawn where there is no text to look at. */
export function HeadPreview(props: { readonly board: Board; readonly head: Head }): JSX.Element {
  const instance = untrack(() => props.board.instance())
  return (
    <Show when={instance} keyed>
      {(present) => <Preview {...props} instance={present} />}
    </Show>
  )
}

function Preview(props: { readonly board: Board; readonly head: Head; readonly instance: InstanceReply }): JSX.Element {
  const { board, head, instance } = untrack(() => ({ ...props }))
  const { kind, layer } = head
  const analysis = board.room.analyses.ask(instance, { kind: 'attention', place: { kind, layer } })
  const sides = untrack(() => sidesOf(board.model(), kind, board.pieces()))
  const pattern = createMemo(() => patternIn(analysis(), 'weights', head, sides))
  const phase = (): string => analysis().phase.kind
  return (
    <div class="head-preview" style={{ 'min-height': `${sizeOf(sides).height}px` }}>
      <Show when={pattern()} keyed fallback={<span class="dim">{waitingText(phase())}</span>}>
        {(present) => <Drawing board={board} pattern={present} sides={sides} />}
      </Show>
      <span class="dim">rows look at columns, square-root scale</span>
    </div>
  )
}

const waitingText = (phase: string): string =>
  phase === 'asking' || phase === 'running' || phase === 'done' ? '' : 'Its pattern could not be read.'

function Drawing(props: { readonly board: Board; readonly pattern: Pattern; readonly sides: Sides }): JSX.Element {
  let canvas!: HTMLCanvasElement
  const size = untrack(() => sizeOf(props.sides))
  createEffect(() => paint(canvas, props.pattern, props.sides, props.board))
  return (
    <canvas ref={(element) => (canvas = element)} style={{ width: `${size.width}px`, height: `${size.height}px` }} />
  )
}

/** The same size before and after the weights are here. */
function sizeOf({ queries, keys }: Sides): { readonly width: number; readonly height: number } {
  const across = Math.min(cell, width / Math.max(1, keys.length))
  const down = Math.min(cell, height / Math.max(1, queries.length))
  return { width: Math.ceil(across * keys.length), height: Math.ceil(down * queries.length) }
}

/** One pixel a cell, or the largest of several; the style scales it. */
function paint(canvas: HTMLCanvasElement, pattern: Pattern, sides: Sides, board: Board): void {
  const hidden = board.settings().hideSink
    ? sinkOf(
        pattern,
        sides.keys.map(({ special }) => special),
      )
    : null
  const ratio = window.devicePixelRatio || 1
  const k = poolFactor(pattern, width * ratio, height * ratio)
  const shown = poolPattern(pattern, k, hidden)
  const image = new ImageData(shown.keys, shown.queries)
  const look = { hidden: k > 1 ? null : hidden, causal: sides.causal }
  const table = makeColourTable(board.app.ramps(), 'amount', 'sqrt', 1)
  paintPattern(new Uint32Array(image.data.buffer), shown, table, look)
  canvas.width = shown.keys
  canvas.height = shown.queries
  canvas.getContext('2d')?.putImageData(image, 0, 0)
}
