import { expect, test } from 'vitest'
import { convexHull, outlinePath } from '#web/marks/points/hull.ts'
import { makeGrid } from '#web/marks/points/grid.ts'
import type { Box } from '#web/marks/points/labels.ts'
import { boxAround, placeLabels } from '#web/marks/points/labels.ts'
import { turnAlong, turned } from '#web/marks/points/orientation.ts'
import { nearestMark } from '#web/marks/points/nearest.ts'
import { peaksOf } from '#web/marks/points/peaks.ts'
import { combine, fillPolygon, fillStroke, makeMask, rectangleOf, rowsWithin } from '#web/marks/points/region.ts'
import type { Point } from '#web/marks/points/view-transform.ts'
import { between, boundsOf, fit, panned, toLayout, toScreen, zoomed } from '#web/marks/points/view-transform.ts'
import { nearestTo, nextInDirection } from '#web/marks/points/walk.ts'
import { makeCloud, makeRandom } from './cloud.ts'

const size = { width: 400, height: 300 }
const everywhere = (): boolean => true

test('[PV12] all points are in view after fitting, with the padding free, and the two ways of a transform undo each other', () => {
  const { x, y } = makeCloud(500, 6)
  const transform = fit(boundsOf(x, y), size, 24)
  const places = Array.from(x, (each, row) => toScreen(transform, [each, y[row] ?? 0]))
  const [across, down] = [places.map(([px]) => px), places.map(([, py]) => py)]
  expect(Math.min(...across)).toBeGreaterThanOrEqual(23.99)
  expect(Math.max(...across)).toBeLessThanOrEqual(376.01)
  expect(Math.min(...down)).toBeGreaterThanOrEqual(23.99)
  expect(Math.max(...down)).toBeLessThanOrEqual(276.01)
  const [bx, by] = toLayout(transform, toScreen(transform, [3.25, 7.5]))
  expect(bx).toBeCloseTo(3.25, 9)
  expect(by).toBeCloseTo(7.5, 9)
})

test('[PV13] zooming holds the pixel under the pointer, within its limits; half way between two views is between them', () => {
  const start = fit({ left: 0, right: 10, bottom: 0, top: 5 }, size, 20)
  const held = toLayout(start, [100, 80])
  const near = zoomed(start, 3, [100, 80], [start.scale, start.scale * 50])
  expect(toScreen(near, held)[0]).toBeCloseTo(100, 6)
  expect(toScreen(near, held)[1]).toBeCloseTo(80, 6)
  expect(zoomed(start, 1e9, [0, 0], [1, start.scale * 50]).scale).toBe(start.scale * 50)
  const moved = panned(near, 30, -10)
  expect(between(start, moved, 0, size).left).toBeCloseTo(start.left, 6)
  expect(between(start, moved, 1, size).top).toBeCloseTo(moved.top, 6)
  expect(between(start, moved, 0.5, size).scale).toBeCloseTo(Math.sqrt(start.scale * moved.scale), 6)
})

test('[PV14] a layout is turned so that its long axis lies along the longer side of the pane', () => {
  const random = makeRandom(3)
  const xy = Array.from({ length: 400 }, () => [random() - 0.5, random() - 0.5]).flatMap(([long = 0, short = 0]) => [
    0.5 * 9 * long - 0.8 * short,
    0.8 * 9 * long + 0.5 * short,
  ])
  const [x, y] = [xy.filter((_, at) => at % 2 === 0), xy.filter((_, at) => at % 2 === 1)]
  for (const pane of [size, { width: 200, height: 500 }]) {
    const layout = turned(xy, turnAlong(x, y, pane))
    const { left, right, bottom, top } = boundsOf(layout.x, layout.y)
    const ratio = (right - left) / (top - bottom)
    if (pane.width > pane.height) expect(ratio).toBeGreaterThan(4)
    else expect(ratio).toBeLessThan(1 / 4)
  }
})

test('[PV15] a lasso takes exactly the points inside its line, a rectangle those in it, a brush those near its path', () => {
  const { x, y } = makeCloud(2_000, 12, 11)
  const transform = fit(boundsOf(x, y), size, 10)
  const corners: Point[] = [
    [80, 40],
    [330, 60],
    [240, 150],
    [350, 270],
    [60, 250],
  ]
  const inside = (px: number, py: number): boolean => {
    let odd = false
    corners.forEach(([bx, by], index) => {
      const [ax, ay] = corners[(index + 4) % 5] ?? [0, 0]
      if (ay <= py !== by <= py && px < ax + ((py - ay) / (by - ay)) * (bx - ax)) odd = !odd
    })
    return odd
  }
  const expected = [...x.keys()].filter((row) => {
    const [px, py] = toScreen(transform, [x[row] ?? 0, y[row] ?? 0])
    return inside(Math.floor(px) + 0.5, Math.floor(py) + 0.5)
  })
  expect(expected.length).toBeGreaterThan(200)
  expect([...rowsWithin(fillPolygon(makeMask(size), corners), makeGrid(x, y), transform)]).toEqual(expected)
  const box = fillPolygon(makeMask(size), rectangleOf([10, 20], [-50, 40]))
  expect(box.cells.reduce((sum, cell) => sum + cell, 0)).toBe(10 * 20)
  const stroke = fillStroke(
    makeMask(size),
    [
      [100, 100],
      [200, 100],
    ],
    10,
  )
  expect(stroke.cells.reduce((sum, cell) => sum + cell, 0)).toBeCloseTo(100 * 20 + Math.PI * 100, -2)
})

test('[PV49] an area takes the same points through the grid as one by one, however far the picture is zoomed, points without a place in none', () => {
  const { x, y } = makeCloud(60_000, 12, 3)
  x.set([Number.NaN, Infinity, -1e9, 5])
  y.set([2, 3, Number.NaN, -Infinity])
  const grid = makeGrid(x, y)
  expect(grid.row).toHaveLength(x.length - 4)
  expect(new Set(grid.row).size).toBe(grid.row.length)
  const random = makeRandom(17)
  const whole = fit(boundsOf(x, y), size, 10)
  for (let round = 0; round < 60; round++) {
    const transform = zoomed(whole, 40 ** random(), [400 * random(), 300 * random()], [0, Infinity])
    const mask = makeMask(size)
    const path = Array.from({ length: 3 + (round % 9) }, (): Point => [500 * random() - 50, 400 * random() - 50])
    if (round % 3 === 0) fillStroke(mask, path, 14)
    else fillPolygon(mask, path)
    const expected = [...x.keys()].filter((row) => {
      const [px, py] = toScreen(transform, [x[row] ?? 0, y[row] ?? 0]).map(Math.floor)
      return px! >= 0 && px! < 400 && py! >= 0 && mask.cells[py! * 400 + px!] === 1 // both are there
    })
    expect([...rowsWithin(mask, grid, transform)].join() === expected.join(), `round ${round}`).toBe(true)
  }
})

test('[PV51] the mark under the pointer is found by place: the one drawn last of those that cover it, else the nearest within reach', () => {
  const { x, y } = makeCloud(5_000, 12, 9)
  x[7] = Number.NaN
  const grid = makeGrid(x, y)
  const classes = Uint8Array.from(x, (_, row) => row % 3)
  const radii = [1, 1.5, 3]
  const random = makeRandom(5)
  const whole = fit(boundsOf(x, y), size, 10)
  for (let round = 0; round < 400; round++) {
    const transform = zoomed(whole, 20 ** random(), [200, 150], [0, Infinity])
    const at: Point = [400 * random(), 300 * random()]
    const away = Array.from(x, (each, row) => {
      const [px, py] = toScreen(transform, [each, y[row] ?? 0])
      return Math.hypot(px - at[0], py - at[1])
    })
    const found = nearestMark({ grid, transform, classes, radii }, at, 6)
    const beyond = away.map((distance, row) => distance - radii[classes[row]!]!) // of as many rows
    const over = [...classes.keys()].filter((row) => beyond[row]! <= 0)
    const last = Math.max(-1, ...over.map((row) => classes[row]!))
    const best = over.filter((row) => classes[row] === last).toSorted((a, b) => away[a]! - away[b]!)[0]
    const least = Math.min(...beyond.filter((each) => !Number.isNaN(each)))
    if (best !== undefined) expect(found).toBe(best)
    else if (least <= 6) expect(beyond[found]).toBe(least)
    else expect(found).toBe(-1)
  }
})

test('[PV16] a gesture replaces the selection, Shift adds to it and Alt takes away from it', () => {
  const before = Uint8Array.of(1, 1, 0, 0)
  expect([...combine(before, [2], 'replace', 4)]).toEqual([0, 0, 1, 0])
  expect([...combine(before, [1, 2], 'add', 4)]).toEqual([1, 1, 1, 0])
  expect([...combine(before, [1, 2], 'subtract', 4)]).toEqual([1, 0, 0, 0])
  expect([...combine(null, [3, -1], 'add', 4)]).toEqual([0, 0, 0, 1])
})

test('[PV17] arrows walk to the nearest point in their direction, there and back where points lie in a grid', () => {
  const x = Float32Array.from({ length: 25 }, (_, i) => i % 5)
  const y = Float32Array.from({ length: 25 }, (_, i) => Math.floor(i / 5))
  expect(nextInDirection(x, y, 12, 'right', everywhere)).toBe(13)
  expect(nextInDirection(x, y, 12, 'left', everywhere)).toBe(11)
  expect(nextInDirection(x, y, 12, 'up', everywhere)).toBe(17)
  expect(nextInDirection(x, y, 12, 'down', everywhere)).toBe(7)
  expect(nextInDirection(x, y, 4, 'right', everywhere)).toBe(-1)
  expect(nextInDirection(x, y, 12, 'right', (row) => row !== 13)).toBe(14)
  expect(nearestTo(x, y, [2.2, 3.1], everywhere)).toBe(17)
})

test('[PV18] the hull holds every point, and the line round it keeps its distance', () => {
  const { x, y } = makeCloud(300, 3, 5)
  const points = Array.from(x, (each, row): Point => [each * 10, (y[row] ?? 0) * 10])
  const hull = convexHull(points)
  hull.forEach(([ax, ay], index) => {
    const [bx, by] = hull[(index + 1) % hull.length] ?? [0, 0]
    for (const [px, py] of points) expect((bx - ax) * (py - ay) - (by - ay) * (px - ax)).toBeGreaterThanOrEqual(-1e-3)
  })
  expect(outlinePath([], 9)).toBe('')
  expect(outlinePath([[50, 50]], 9)).toContain('M41.0 50.0')
  // Every corner of the path of a square lies nine pixels outside it.
  const path = outlinePath(
    convexHull([
      [0, 0],
      [100, 0],
      [100, 100],
      [0, 100],
    ]),
    9,
  )
  const ends = [...path.matchAll(/(-?[\d.]+) (-?[\d.]+)(?=[LAZ]|$)/g)].map(([, px, py]) => [Number(px), Number(py)])
  for (const [px = 0, py = 0] of ends) expect([-9, 109].includes(px) || [-9, 109].includes(py)).toBe(true)
})

test('[PV19] no name covers another, a mark or the border, and what finds no room is left out', () => {
  const wishes = Array.from({ length: 40 }, (_, index) => ({
    text: `name ${index}`,
    x: 20 + (index % 8) * 50,
    y: 20 + Math.floor(index / 8) * 30,
    width: 60,
    height: 13,
    gap: 8,
  }))
  const marks: Box[] = wishes.map(({ x, y }) => boxAround(x, y, 4))
  const taken = [...marks]
  const placed = placeLabels(wishes, size, taken)
  expect(placed.length).toBeGreaterThan(8)
  expect(placed.length).toBeLessThan(40)
  expect(taken).toHaveLength(marks.length + placed.length)
  taken.forEach((one, index) => {
    for (const two of taken.slice(Math.max(index + 1, marks.length))) {
      expect(one.left < two.right && one.right > two.left && one.top < two.bottom && one.bottom > two.top).toBe(false)
    }
  })
})

test('[PV20] the name of a group stands where most of it lies, not between two halves', () => {
  const x = Float32Array.of(
    ...Array.from({ length: 30 }, (_, i) => i / 30),
    ...Array.from({ length: 50 }, (_, i) => 9 + i / 50),
    5,
  )
  const y = x.map((each) => each / 2)
  const group = Array.from(x, (_, row) => (row === 80 ? 1 : 0))
  const [first, second, third] = peaksOf(x, y, group, 3, boundsOf(x, y))
  expect(first?.[0]).toBeGreaterThan(9)
  expect(second?.[0]).toBeCloseTo(5, 5)
  expect(third).toBeNull()
})
