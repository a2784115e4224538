/** Where a layout lies in its pane: one scale for both axes, y upwards. Screen = (x · scale + left, top − y · scale). */
export interface ViewTransform {
  /** Pixels for one unit of the layout. */
  readonly scale: number
  /** The place of the layout's origin, pixels. */
  readonly left: number
  readonly top: number
}

export interface Size {
  readonly width: number
  readonly height: number
}

export interface Bounds {
  readonly left: number
  readonly right: number
  readonly bottom: number
  readonly top: number
}

export type Point = readonly [x: number, y: number]

/** The box round all finite points; a unit box round the origin where there is none. */
export function boundsOf(x: ArrayLike<number>, y: ArrayLike<number>): Bounds {
  let [left, right, bottom, top] = [Infinity, -Infinity, Infinity, -Infinity]
  for (let i = 0; i < x.length; i++) {
    const [px, py] = [x[i]!, y[i]!]
    if (!Number.isFinite(px) || !Number.isFinite(py)) continue
    if (px < left) left = px
    if (px > right) right = px
    if (py < bottom) bottom = py
    if (py > top) top = py
  }
  return left <= right ? { left, right, bottom, top } : { left: -1, right: 1, bottom: -1, top: 1 }
}

/** Shows all of the bounds, centred, with so many pixels left free on every side. */
export function fit(bounds: Bounds, { width, height }: Size, padding: number): ViewTransform {
  const wide = Math.max(1e-9, bounds.right - bounds.left)
  const high = Math.max(1e-9, bounds.top - bounds.bottom)
  const scale = Math.max(1, Math.min(width - 2 * padding, 1e9)) / wide
  const across = Math.max(1, height - 2 * padding) / high
  return centred(bounds, { width, height }, Math.min(scale, across))
}

function centred(bounds: Bounds, { width, height }: Size, scale: number): ViewTransform {
  return {
    scale,
    left: width / 2 - ((bounds.left + bounds.right) / 2) * scale,
    top: height / 2 + ((bounds.bottom + bounds.top) / 2) * scale,
  }
}

export const toScreen = (at: ViewTransform, [x, y]: Point): Point => [x * at.scale + at.left, at.top - y * at.scale]

export const toLayout = (at: ViewTransform, [x, y]: Point): Point => [(x - at.left) / at.scale, (at.top - y) / at.scale]

export const panned = (at: ViewTransform, dx: number, dy: number): ViewTransform => ({
  scale: at.scale,
  left: at.left + dx,
  top: at.top + dy,
})

/** Zooms by a factor with one pixel held where it is; the scale stays within `limits`. */
export function zoomed(
  at: ViewTransform,
  factor: number,
  [x, y]: Point,
  limits: readonly [least: number, most: number],
): ViewTransform {
  const scale = Math.min(limits[1], Math.max(limits[0], at.scale * factor))
  const real = scale / at.scale
  return { scale, left: x + (at.left - x) * real, top: y + (at.top - y) * real }
}

/** Between two views: the scale moves geometrically, the middle of the pane along a straight line of the layout. */
export function between(from: ViewTransform, to: ViewTransform, share: number, size: Size): ViewTransform {
  const middle: Point = [size.width / 2, size.height / 2]
  const [ax, ay] = toLayout(from, middle)
  const [bx, by] = toLayout(to, middle)
  const scale = from.scale * (to.scale / from.scale) ** share
  const [x, y] = [ax + (bx - ax) * share, ay + (by - ay) * share]
  return { scale, left: middle[0] - x * scale, top: middle[1] + y * scale }
}

export const sameTransform = (one: ViewTransform, two: ViewTransform): boolean =>
  one.scale === two.scale && one.left === two.left && one.top === two.top
