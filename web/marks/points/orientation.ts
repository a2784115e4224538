/** How a layout is turned so that its long axis lies along the pane. */
import type { Point, Size } from './view-transform.ts'

/** A rotation of the plane by its cosine and sine. */
export interface Turn {
  readonly cosine: number
  readonly sine: number
}

export const noTurn: Turn = { cosine: 1, sine: 0 }

/**
 * Turns the axis of largest variance along the longer side of the pane. Layouts without meaning in their axes (UMAP, t-SNE) may
 * be turned by any angle. The axis is the eigenvector of the 2 × 2 covariance: its angle is ½ atan2(2 σxy, σxx − σyy).
 */
export function turnAlong(x: ArrayLike<number>, y: ArrayLike<number>, { width, height }: Size): Turn {
  let [n, mx, my, xx, yy, xy] = [0, 0, 0, 0, 0, 0]
  for (let i = 0; i < x.length; i++) {
    const [px, py] = [x[i]!, y[i]!]
    if (!Number.isFinite(px) || !Number.isFinite(py)) continue
    n++
    const [dx, dy] = [px - mx, py - my]
    mx += dx / n
    my += dy / n
    xx += dx * (px - mx)
    yy += dy * (py - my)
    xy += dx * (py - my)
  }
  if (n < 2 || (xy === 0 && xx === yy)) return noTurn
  const axis = Math.atan2(2 * xy, xx - yy) / 2
  const angle = (width >= height ? 0 : Math.PI / 2) - axis
  return { cosine: Math.cos(angle), sine: Math.sin(angle) }
}

/** A point of the layout as it is shown. */
export const turnedPoint = ([x, y]: Point, { cosine, sine }: Turn): Point => [
  x * cosine - y * sine,
  x * sine + y * cosine,
]

/** The turn that takes another one back. */
export const opposite = ({ cosine, sine }: Turn): Turn => ({ cosine, sine: -sine })

/** The two coordinates of every point, turned: [n] each. */
export function turned(
  xy: ArrayLike<number>,
  turn: Turn,
): { readonly x: Float32Array<ArrayBuffer>; readonly y: Float32Array<ArrayBuffer> } {
  const n = xy.length >> 1
  const [x, y] = [new Float32Array(n), new Float32Array(n)]
  for (let i = 0; i < n; i++) {
    const [px, py] = [xy[2 * i]!, xy[2 * i + 1]!]
    x[i] = px * turn.cosine - py * turn.sine
    y[i] = px * turn.sine + py * turn.cosine
  }
  return { x, y }
}
