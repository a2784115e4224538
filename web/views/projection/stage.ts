/** What of a layout is on screen at this moment: where its points are while they move, and which part of it is seen. */
import type { Accessor } from 'solid-js'
import { createSignal, untrack } from 'solid-js'
import type { Bounds, Point, Size, ViewTransform } from '#web/marks/points/view-transform.ts'
import { between, boundsOf, fit, panned, zoomed } from '#web/marks/points/view-transform.ts'

/** Places of all rows, [count] each. */
export interface Places {
  readonly x: Float32Array<ArrayBuffer>
  readonly y: Float32Array<ArrayBuffer>
}

/** The clock of a page's drawing; tests have their own. */
export interface Frames {
  now(): number
  /** Calls back before the next drawing; the result takes the wish back. */
  next(run: (now: number) => void): () => void
  after(milliseconds: number, run: () => void): () => void
}

/** One moment. Its places are written anew while points move: `version` tells that they have changed. */
export interface Moment {
  readonly places: Places
  readonly transform: ViewTransform
  readonly size: Size
  /** Whether something still moves: what is dear to draw waits. */
  readonly moving: boolean
  readonly version: number
}

export interface Stage {
  readonly moment: Accessor<Moment>
  /** Whether all of the layout is seen, as it was at first. */
  readonly whole: Accessor<boolean>
  /** The places points go to; they travel there where their number is the same. */
  show(places: Places): void
  /** Places that a whole view shows too: decoder steps can lie far outside the corpus. null: none. */
  include(places: Places | null): void
  resize(size: Size): void
  pan(dx: number, dy: number): void
  /** Zooms with a pixel held in place, the middle without one. */
  zoom(factor: number, at?: Point): void
  /** Travels to a view where a point of the layout is in the middle. */
  centre(point: Point, factor: number): void
  /** Travels to a view so many times larger than the whole, with a point of the layout in the middle. */
  look(middle: Point, factor: number): void
  fitAll(): void
  /** How many times larger than the whole layout it is drawn now. */
  factor(): number
  close(): void
}

export interface StageOptions {
  readonly frames: Frames
  /** How long points travel, milliseconds; 0 where nothing should move. */
  duration(): number
  /** Pixels left free round a whole layout. */
  readonly padding: number
}

const none: Places = { x: new Float32Array(), y: new Float32Array() }

/** After the last pan or zoom, until the picture is drawn in full. */
const rest = 120

/** From slow to slow, as `--ease` begins fast: 1 − (1 − t)³. */
const ease = (share: number): number => 1 - (1 - share) ** 3

interface Journey {
  readonly start: number
  readonly to: Places
  /** Where points come from, and where places on the way are written: neither end is touched. null where only the view moves. */
  readonly way: { readonly from: Places; readonly into: Places } | null
  readonly view: readonly [from: ViewTransform, to: ViewTransform]
}

export function createStage({ frames, duration, padding }: StageOptions): Stage {
  const [moment, setMoment] = createSignal<Moment>({
    places: none,
    transform: { scale: 1, left: 0, top: 0 },
    size: { width: 0, height: 0 },
    moving: false,
    version: 0,
  })
  const [whole, setWhole] = createSignal(true)
  let target = none
  let included: Places | null = null
  let journey: Journey | null = null
  let cancelFrame = (): void => undefined
  let cancelRest = (): void => undefined
  const now = (): Moment => untrack(moment)
  const set = (part: Partial<Moment>): void =>
    void setMoment((before) => ({ ...before, ...part, version: before.version + 1 }))
  let bounds = boundsOf(target.x, target.y)
  const extent = (): Bounds => union(bounds, included)
  const fitting = (size = now().size): ViewTransform => fit(extent(), size, padding)

  const travel = (to: ViewTransform): void => {
    cancelFrame()
    cancelRest()
    const { places, transform, size } = now()
    const still = duration() <= 0 || size.width === 0
    if (still || places.x.length !== target.x.length) {
      journey = null
      return set({ places: target, transform: to, moving: false })
    }
    const way = places === target ? null : { from: copyOf(places), into: copyOf(places) }
    journey = { start: frames.now(), to: target, way, view: [transform, to] }
    cancelFrame = frames.next(step)
  }
  const step = (time: number): void => {
    if (journey === null) return
    const share = Math.min(1, Math.max(0, (time - journey.start) / duration()))
    const [from, to] = journey.view
    const transform = between(from, to, ease(share), now().size)
    if (share >= 1) {
      const places = journey.to
      journey = null
      return set({ places, transform: to, moving: false })
    }
    set({ places: mixed(journey, ease(share)), transform, moving: true })
    cancelFrame = frames.next(step)
  }
  /** A move of the hand ends a journey where it goes, and is followed by a full drawing once the hand rests. */
  const move = (transform: ViewTransform): void => {
    cancelFrame()
    cancelRest()
    journey = null
    setWhole(false)
    set({ places: target, transform, moving: true })
    cancelRest = frames.after(rest, () => set({ moving: false }))
  }
  const limits = (): readonly [number, number] => {
    const { scale } = fitting()
    return [scale / 4, scale * 400]
  }
  const middle = ({ width, height }: Size): Point => [width / 2, height / 2]
  const to = ([x, y]: Point, wanted: number): void => {
    setWhole(false)
    const [least, most] = limits()
    const scale = Math.min(most, Math.max(least, wanted))
    const [cx, cy] = middle(now().size)
    travel({ scale, left: cx - x * scale, top: cy + y * scale })
  }
  return {
    moment,
    whole,
    show(places) {
      target = places
      bounds = boundsOf(places.x, places.y)
      travel(untrack(whole) ? fitting() : now().transform)
    },
    include(places) {
      included = places
      if (untrack(whole) && now().size.width > 0) travel(fitting())
    },
    resize(size) {
      const before = now().size
      if (before.width === size.width && before.height === size.height) return
      const seen = untrack(whole) || before.width === 0
      const shift: Point = [(size.width - before.width) / 2, (size.height - before.height) / 2]
      journey = null
      const transform = seen ? fitting(size) : panned(now().transform, shift[0], shift[1])
      set({ size, places: target, transform, moving: false })
    },
    pan: (dx, dy) => move(panned(now().transform, dx, dy)),
    zoom: (factor, at = middle(now().size)) => move(zoomed(now().transform, factor, at, limits())),
    centre: (point, factor) => to(point, now().transform.scale * factor),
    look: (point, factor) => to(point, fitting().scale * factor),
    factor: () => now().transform.scale / fitting().scale,
    fitAll() {
      setWhole(true)
      travel(fitting())
    },
    close() {
      cancelFrame()
      cancelRest()
    },
  }
}

function union(bounds: Bounds, places: Places | null): Bounds {
  if (places === null || places.x.length === 0) return bounds
  const more = boundsOf(places.x, places.y)
  return {
    left: Math.min(bounds.left, more.left),
    right: Math.max(bounds.right, more.right),
    bottom: Math.min(bounds.bottom, more.bottom),
    top: Math.max(bounds.top, more.top),
  }
}

const copyOf = ({ x, y }: Places): Places => ({ x: x.slice(), y: y.slice() })

/** The places at a share of the way: always the same arrays, in a new object, so that the change is seen. */
function mixed({ to, way }: Journey, share: number): Places {
  if (way === null) return to
  const { from, into } = way
  for (let i = 0; i < to.x.length; i++) {
    into.x[i] = from.x[i]! + (to.x[i]! - from.x[i]!) * share
    into.y[i] = from.y[i]! + (to.y[i]! - from.y[i]!) * share
  }
  return { x: into.x, y: into.y }
}
