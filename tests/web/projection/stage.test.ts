import { createRoot } from 'solid-js'
import { expect, test } from 'vitest'
import { toScreen } from '#web/marks/points/view-transform.ts'
import type { Frames, Places, Stage } from '#web/views/projection/stage.ts'
import { createStage } from '#web/views/projection/stage.ts'

/** Frames and timers that go on when the test says so. */
function makeFrames() {
  let now = 0
  let frame: ((now: number) => void) | null = null
  let timers: { readonly at: number; readonly run: () => void }[] = []
  const frames: Frames = {
    now: () => now,
    next(run) {
      frame = run
      return () => (frame = frame === run ? null : frame)
    },
    after(milliseconds, run) {
      const timer = { at: now + milliseconds, run }
      timers.push(timer)
      return () => (timers = timers.filter((each) => each !== timer))
    },
  }
  /** Time passes in frames of 10 ms. */
  const pass = (milliseconds: number): void => {
    for (const end = now + milliseconds; now < end;) {
      now += 10
      const due = frame
      frame = null
      due?.(now)
      const over = timers.filter(({ at }) => at <= now)
      timers = timers.filter(({ at }) => at > now)
      over.forEach(({ run }) => run())
    }
  }
  return { frames, pass }
}

const places = (...points: readonly (readonly [number, number])[]): Places => ({
  x: Float32Array.from(points, ([x]) => x),
  y: Float32Array.from(points, ([, y]) => y),
})

const first = places([0, 0], [10, 0], [0, 5])
const second = places([2, 2], [8, 4], [4, 3])

function onStage(duration: number, run: (stage: Stage, pass: (milliseconds: number) => void) => void): void {
  createRoot((dispose) => {
    const { frames, pass } = makeFrames()
    const stage = createStage({ frames, duration: () => duration, padding: 20 })
    stage.resize({ width: 240, height: 140 })
    run(stage, pass)
    stage.close()
    dispose()
  })
}

test('[PV30] points of another layer travel there in 300 ms, and each frame is a picture of its own', () => {
  onStage(300, (stage, pass) => {
    stage.show(first)
    expect(stage.moment().places).toBe(first)
    stage.show(second)
    const seen: number[] = []
    for (let step = 0; step < 40; step++) {
      seen.push(stage.moment().places.x[0] ?? NaN)
      pass(10)
    }
    expect(seen.every((x, index) => index === 0 || x >= seen[index - 1]!)).toBe(true) // rises
    expect(new Set(seen).size).toBeGreaterThan(15)
    expect(stage.moment()).toMatchObject({ places: second, moving: false })
    expect(first.x[0]).toBe(0)
  })
})

test('[PV31] with reduced motion points are at their new places at once, and so are points of another number', () => {
  onStage(0, (stage) => {
    stage.show(first)
    stage.show(second)
    expect(stage.moment()).toMatchObject({ places: second, moving: false })
  })
  onStage(300, (stage) => {
    stage.show(first)
    stage.show(places([1, 1]))
    expect(stage.moment().places.x).toHaveLength(1)
  })
})

test('[PV32] a whole layout stays wholly in view, through other layers and another size of the pane', () => {
  onStage(300, (stage, pass) => {
    stage.show(first)
    stage.show(places([0, 0], [100, 0], [0, 50]))
    pass(400)
    stage.resize({ width: 480, height: 280 })
    expect(stage.whole()).toBe(true)
    const { places: now, transform } = stage.moment()
    const [right] = toScreen(transform, [now.x[1] ?? 0, 0])
    expect(right).toBeCloseTo(460, 3)
  })
})

test('[PV36] what lies outside the corpus is in view as long as it is included', () => {
  onStage(0, (stage) => {
    stage.show(first)
    const { scale } = stage.moment().transform
    stage.include(places([40, 0], [45, 5]))
    const { transform } = stage.moment()
    expect(toScreen(transform, [45, 5])[0]).toBeLessThanOrEqual(220.01)
    stage.include(null)
    expect(stage.moment().transform.scale).toBeCloseTo(scale, 9)
  })
})

test('[PV33] what was zoomed into stays where it is when another layer is shown, and 0 brings the whole back', () => {
  onStage(300, (stage, pass) => {
    stage.show(first)
    const before = stage.moment().transform
    stage.zoom(3, [50, 60])
    expect(stage.moment().moving).toBe(true)
    pass(200)
    expect(stage.moment().moving).toBe(false)
    const near = stage.moment().transform
    stage.show(second)
    pass(400)
    expect(stage.moment().transform.scale).toBeCloseTo(near.scale, 9)
    stage.show(first)
    stage.fitAll()
    pass(400)
    expect(stage.moment().transform.scale).toBeCloseTo(before.scale, 6)
    expect(stage.whole()).toBe(true)
  })
})

test('[PV34] a hand that pans while points travel puts them where they go: nothing slips away under it', () => {
  onStage(300, (stage, pass) => {
    stage.show(first)
    stage.show(second)
    pass(100)
    stage.pan(5, 5)
    expect(stage.moment().places).toBe(second)
    const { left } = stage.moment().transform
    pass(400)
    expect(stage.moment().transform.left).toBe(left)
  })
})

test('[PV50] a part of the layout is gone to by its middle and how many times larger it is, and can be told again', () => {
  onStage(300, (stage, pass) => {
    stage.show(first)
    expect(stage.factor()).toBeCloseTo(1, 9)
    stage.look([2, 3], 4)
    pass(400)
    expect(stage.whole()).toBe(false)
    expect(stage.factor()).toBeCloseTo(4, 9)
    const [x, y] = toScreen(stage.moment().transform, [2, 3])
    expect([x, y]).toEqual([expect.closeTo(120, 6), expect.closeTo(70, 6)])
    // Only the view has moved: the points are the same arrays, which need not be drawn anew from their places.
    expect(stage.moment().places).toBe(first)
  })
})
