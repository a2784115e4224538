/**
 * Canvases behind the text of a lane, a tile for every stretch of its height. A colour that changes there costs no style and no
 * layout, and a tile that is far from the window holds no pixels.
 */

/** Where every token stands in its lane, in CSS px at whole device pixels, as a browser draws boxes. */
export interface TokenBoxes {
  readonly left: Float32Array
  readonly right: Float32Array
  readonly top: Float32Array
  readonly bottom: Float32Array
}

export interface LaneCanvas {
  readonly boxes: TokenBoxes
  readonly width: number
  /** Draws every tile in sight again; the context counts in CSS px of the lane. `last` is one behind the last token of the tile. */
  draw(paint: PaintTile): void
  /** Reads again where the tokens stand. */
  measure(): void
  /** The same, unless the lane has the size that it was measured at. */
  resized(): void
  close(): void
}

export type PaintTile = (context: CanvasRenderingContext2D, first: number, last: number) => void

/** Height of a tile, and how far from the window it is drawn already, CSS px. */
const tileHeight = 1024
const margin = 512

/** What stands below the last line: values of its tokens. */
const below = 12

interface Tile {
  readonly canvas: HTMLCanvasElement
  readonly top: number
  readonly height: number
  inSight: boolean
}

export function makeLaneCanvas(lane: HTMLElement, tokens: readonly HTMLElement[]): LaneCanvas {
  const view = lane.ownerDocument.defaultView! // the lane is in the page
  let boxes = boxesOf(lane, tokens, view.devicePixelRatio)
  let width = lane.clientWidth
  let height = 0
  let tiles: readonly Tile[] = []
  let painted: PaintTile = () => {}
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        const tile = tiles.find(({ canvas }) => canvas === target)
        if (tile === undefined || tile.inSight === isIntersecting) continue
        tile.inSight = isIntersecting
        drawTile(tile)
      }
    },
    { rootMargin: `${margin}px` },
  )
  const drawTile = (tile: Tile): void => {
    const { canvas, top, height, inSight } = tile
    const ratio = view.devicePixelRatio
    const [across, down] = inSight ? [Math.round(width * ratio), Math.round(height * ratio)] : [0, 0]
    // Setting a size clears; so it is set where it changes alone.
    if (canvas.width !== across || canvas.height !== down) [canvas.width, canvas.height] = [across, down]
    const context = inSight ? canvas.getContext('2d') : null
    if (context === null) return
    context.setTransform(ratio, 0, 0, ratio, 0, -top * ratio)
    context.clearRect(0, top, width, height)
    painted(context, ...within(boxes, top, top + height))
  }
  const measure = (): void => {
    boxes = boxesOf(lane, tokens, view.devicePixelRatio)
    width = lane.clientWidth
    for (const { canvas } of tiles) canvas.remove()
    observer.disconnect()
    height = lane.clientHeight
    const all = height + below
    tiles = Array.from({ length: Math.ceil(all / tileHeight) }, (_, at) => {
      const top = at * tileHeight
      // What stands at the start is drawn at once; of the rest the observer tells.
      return makeTile(lane, { top, height: Math.min(tileHeight, all - top), inSight: at < 2 }, width)
    })
    for (const tile of tiles) {
      observer.observe(tile.canvas)
      drawTile(tile)
    }
  }
  measure()
  return {
    get boxes() {
      return boxes
    },
    get width() {
      return width
    },
    draw(paint) {
      painted = paint
      for (const tile of tiles) if (tile.inSight) drawTile(tile)
    },
    measure,
    resized() {
      if (lane.clientWidth !== width || lane.clientHeight !== height) measure()
    },
    close() {
      observer.disconnect()
      for (const { canvas } of tiles) canvas.remove()
    },
  }
}

function makeTile(lane: HTMLElement, place: Omit<Tile, 'canvas'>, width: number): Tile {
  const canvas = lane.ownerDocument.createElement('canvas')
  canvas.className = 'lane-colours'
  canvas.setAttribute('aria-hidden', 'true')
  Object.assign(canvas.style, { top: `${place.top}px`, width: `${width}px`, height: `${place.height}px` })
  lane.prepend(canvas)
  return { ...place, canvas }
}

function boxesOf(lane: HTMLElement, tokens: readonly HTMLElement[], ratio: number): TokenBoxes {
  const whole = (value: number): number => Math.round(value * ratio) / ratio
  const origin = lane.getBoundingClientRect()
  const [left, top] = [whole(origin.left), whole(origin.top)]
  const rects = tokens.map((token) => token.getBoundingClientRect())
  const gather = (of: (rect: DOMRect) => number): Float32Array => Float32Array.from(rects, of)
  return {
    left: gather((rect) => whole(rect.left) - left),
    right: gather((rect) => whole(rect.right) - left),
    top: gather((rect) => whole(rect.top) - top),
    bottom: gather((rect) => whole(rect.bottom) - top),
  }
}

/** Tokens of which something stands between two heights: of the box, its foot, or the value below it. */
function within({ top, bottom }: TokenBoxes, from: number, to: number): readonly [first: number, last: number] {
  let first = 0
  while (first < top.length && bottom[first]! + 2 * below < from) first++ // inside
  let last = first
  while (last < top.length && top[last]! <= to) last++ // inside
  return [first, last]
}
