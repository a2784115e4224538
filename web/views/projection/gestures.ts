/** What the pointer does in the plot: pans, zooms, means a point, or draws an area. Pure but for what it is given to call. */
import { rectangleOf } from '#web/marks/points/region.ts'
import type { Combination } from '#web/marks/points/region.ts'
import type { Point } from '#web/marks/points/view-transform.ts'

export const tools = ['pan', 'lasso', 'brush', 'rectangle'] as const
export type Tool = (typeof tools)[number]

/** Half the width of the brush, pixels. */
export const brushRadius = 14

/** An area while it is drawn, in pixels of the plot. */
export interface Shape {
  readonly kind: 'lasso' | 'brush' | 'rectangle'
  /** Corners of a polygon, or the path of the brush. */
  readonly path: readonly Point[]
}

/** The part of a pointer event that counts. */
export interface Press {
  readonly at: Point
  readonly button: number
  readonly shift: boolean
  readonly alt: boolean
}

export interface GestureDeps {
  tool(): Tool
  pan(dx: number, dy: number): void
  /** What is drawn at the moment; null once it is finished or given up. */
  draw(shape: Shape | null): void
  /** The finished area. */
  choose(shape: Shape, how: Combination): void
  /** Pressed and let go in one place. */
  click(at: Point, how: Combination): void
}

export interface Gestures {
  down(press: Press): void
  move(at: Point): void
  up(press: Press): void
  cancel(): void
  /** Whether a button is down in the plot. */
  active(): boolean
}

/** A hand that moves less than this has pressed one place. */
const still = 4

/** Points of a path closer than this add nothing. */
const apart = 2

export const combinationOf = ({ shift, alt }: Pick<Press, 'shift' | 'alt'>): Combination =>
  alt ? 'subtract' : shift ? 'add' : 'replace'

export function makeGestures(deps: GestureDeps): Gestures {
  let start: Point | null = null
  let last: Point = [0, 0]
  let moved = false
  /** null while panning. */
  let shape: Shape | null = null
  const end = (): void => {
    start = null
    shape = null
    deps.draw(null)
  }
  const extend = (before: Shape, from: Point, at: Point): Shape => {
    if (before.kind === 'rectangle') return { kind: 'rectangle', path: rectangleOf(from, at) }
    const tail = before.path.at(-1) ?? from
    return far(tail, at, apart) ? { ...before, path: [...before.path, at] } : before
  }
  return {
    down({ at, button }) {
      if (button > 1) return
      start = at
      last = at
      moved = false
      const tool = deps.tool()
      // The middle button pans with every tool.
      shape = button === 1 || tool === 'pan' ? null : { kind: tool, path: [at] }
    },
    move(at) {
      if (start === null) return
      moved ||= far(start, at, still)
      if (!moved) return
      if (shape === null) deps.pan(at[0] - last[0], at[1] - last[1])
      else deps.draw((shape = extend(shape, start, at)))
      last = at
    },
    up(press) {
      const finished = shape
      const pressed = start !== null
      end()
      if (!pressed) return
      if (!moved) deps.click(press.at, combinationOf(press))
      else if (finished !== null) deps.choose(finished, combinationOf(press))
    },
    cancel: end,
    active: () => start !== null,
  }
}

const far = ([ax, ay]: Point, [bx, by]: Point, distance: number): boolean => Math.hypot(bx - ax, by - ay) >= distance

/** The factor of one turn of the wheel: a notch of a mouse is about 100 units, a touchpad sends many small ones. */
export const wheelFactor = (delta: number, pinch: boolean): number =>
  Math.exp(-Math.max(-240, Math.min(240, delta)) * (pinch ? 0.01 : 0.0022))
