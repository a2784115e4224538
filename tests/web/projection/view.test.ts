import { expect, test } from 'vitest'
import type { Filter, Selection } from '#collab/wire/document.ts'
import { encodePoints } from '#collab/wire/point-set.ts'
import { drawClasses } from '#web/marks/points/arrangement.ts'
import { defaultOptions, emptyView } from '#web/state/permalink.ts'
import type { CategoryColumn } from '#web/state/point-table.ts'
import { makePoints } from '#web/state/point-table.ts'
import type { LevelRow } from '#web/views/projection/colouring.ts'
import {
  columnColouring,
  firstColour,
  histogramOf,
  levelColouring,
  numberColouring,
} from '#web/views/projection/colouring.ts'
import type { Press, Shape, Tool } from '#web/views/projection/gestures.ts'
import { makeGestures, wheelFactor } from '#web/views/projection/gestures.ts'
import type { Change } from '#web/views/projection/legend-filters.ts'
import { clickRow, dragRange, isShown } from '#web/views/projection/legend-filters.ts'
import { othersOf, outlineOf } from '#web/views/projection/others.ts'
import { byPoint, classesOf, rowsOf } from '#web/views/projection/rows.ts'
import { nameSteps, stretch } from '#web/views/projection/steps-draw.ts'

const described = { unit: '', definition: 'from the test', origin: 'corpus' as const, filterable: true }
const topics = ['award', 'flood', 'festival', 'accident', 'jobs', 'discovery', 'outbreak', 'zoo', 'fire', 'court']

const points = makePoints({
  ordinals: Array.from({ length: 40 }, (_, index) => index * 2),
  ids: Array.from({ length: 40 }, (_, index) => `row-${index}`),
  columns: [
    {
      ...described,
      name: 'topic',
      title: 'topic',
      type: 'category',
      levels: topics,
      codes: Array.from({ length: 40 }, (_, i) => (i === 39 ? -1 : i % 10)),
    },
    {
      ...described,
      name: 'length',
      title: 'length',
      type: 'number',
      unit: 'tokens',
      values: Array.from({ length: 40 }, (_, i) => (i === 0 ? null : i)),
    },
  ],
})

const topic = points.columns[0] as CategoryColumn // made above

const inks = {
  surface: '#ffffff',
  ink: '#000000',
  ink2: '#111111',
  ink3: '#222222',
  line: '#e3e3df',
  control: '#888888',
  entropy: '#707070',
  token: (name: string) => name,
}
const fill = (step: number) => ({ background: `rgb(${step}, 0, 0)`, ink: 'dark', text: '#000' }) as const
const amount = Array.from({ length: 257 }, (_, step) => fill(step))
const theme = { inks, ramps: { toward: amount, away: amount, amount } }

test('[PV40] the seven commonest levels have colours of their own, the rarer ones one row, and points without a value another colour', () => {
  const { codes, fills, legend } = levelColouring(topic, theme)
  expect(fills).toEqual([
    ...Array.from({ length: 7 }, (_, index) => `--topic-${index + 1}`),
    '--topic-other',
    '#e3e3df',
  ])
  expect([...codes.subarray(0, 10)]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 7, 7])
  expect(codes[39]).toBe(8)
  expect(legend.kind === 'levels' && legend.rows.map(({ label }) => label)).toEqual([...topics.slice(0, 7), '3 others'])
  expect(firstColour(points.columns)).toBe('column:topic')
})

test('[PV41] numbers run over the ramp from the least to the largest, and a missing one is paler than all of them', () => {
  const column = points.columns[1]
  if (column?.type !== 'number') throw new Error('the table above has a number')
  const { codes, fills } = columnColouring(column, theme)
  expect(codes[1]).toBe(0)
  expect(codes[39]).toBe(fills.length - 2)
  expect(codes[0]).toBe(fills.length - 1)
  expect(fills.at(-1)).toBe('#e3e3df')
  const alike = numberColouring({ ...column, min: 3, max: 3 }, [3, 3], null, theme)
  expect([...alike.codes]).toEqual([0, 0])
  expect(histogramOf([1, 1, 2, NaN, 5], [1, 5], 4, (point) => point > 0)).toEqual([1, 1, 0, 1])
})

test('[PV42] rows of a layout that holds a part of the corpus are the right points, filtered and chosen ones set apart', () => {
  const rows = rowsOf(points, { count: 3, ordinals: Int32Array.of(4, 6, 7) })
  expect([...rows.pointOf]).toEqual([2, 3, -1])
  expect(rows.rowOf[3]).toBe(1)
  expect(rows.rowOf[0]).toBe(-1)
  const matching = new Uint8Array(40)
  matching[3] = 1
  const chosen = new Uint8Array(40)
  chosen[2] = 1
  expect([...classesOf(rows, matching, chosen)]).toEqual([drawClasses.chosen, drawClasses.plain, drawClasses.aside])
  const kept = byPoint(Float32Array.of(0.5, 0.25, 1), rows)
  expect(kept[2]).toBe(0.5)
  expect(kept[0]).toBeNaN()
})

const rowsOfLegend = (): readonly LevelRow[] => {
  const { legend } = levelColouring(topic, theme)
  return legend.kind === 'levels' ? legend.rows : []
}
const applied = (filters: ReadonlyMap<string, Filter>, change: Change | null): ReadonlyMap<string, Filter> => {
  const next = new Map(filters)
  if (change?.kind === 'add') next.set('new', change.filter)
  else if (change?.kind === 'change') next.set(change.id, change.filter)
  else if (change?.kind === 'remove') next.delete(change.id)
  return next
}

test('[PV43] a click on a row shows only it, another click all again; with Shift a row is hidden and shown', () => {
  const rows = rowsOfLegend()
  const shown = (filters: ReadonlyMap<string, Filter>): string[] =>
    rows.filter((row) => isShown(row, topic, filters)).map(({ label }) => label)
  const click = (filters: ReadonlyMap<string, Filter>, at: number, toggle = false): ReadonlyMap<string, Filter> =>
    applied(filters, clickRow(rows[at]!, rows, topic, filters, toggle)) // eight rows
  const none = new Map<string, Filter>()
  const one = click(none, 1)
  expect([...one.values()]).toEqual([{ kind: 'is', field: 'topic', values: ['flood'], not: false }])
  expect(shown(one)).toEqual(['flood'])
  expect(click(one, 1).size).toBe(0)
  expect(shown(click(one, 7))).toEqual(['3 others'])
  const two = click(one, 2, true)
  expect(shown(two)).toEqual(['flood', 'festival'])
  expect(shown(click(two, 1, true))).toEqual(['festival'])
  const without = click(none, 0, true)
  expect(shown(without)).toEqual(rows.slice(1).map(({ label }) => label))
  expect(click(without, 0, true).size).toBe(0)
})

test('[PV44] a dragged range becomes one filter, changes it the next time, and is let go of', () => {
  const range = dragRange('length', [3, 9], new Map())
  expect(range).toEqual({ kind: 'add', filter: { kind: 'range', field: 'length', min: 3, max: 9 } })
  const filters = applied(new Map(), range)
  expect(dragRange('length', [4, 8], filters)).toMatchObject({ kind: 'change', id: 'new', filter: { min: 4, max: 8 } })
  expect(dragRange('length', null, filters)).toEqual({ kind: 'remove', id: 'new' })
  expect(dragRange('length', null, new Map())).toBeNull()
})

const press = (x: number, y: number, keys: Partial<Press> = {}): Press => ({
  at: [x, y],
  button: 0,
  shift: false,
  alt: false,
  ...keys,
})

function hand(tool: Tool) {
  const said: string[] = []
  let drawn: Shape | null = null
  const gestures = makeGestures({
    tool: () => tool,
    pan: (dx, dy) => said.push(`pan ${dx} ${dy}`),
    draw: (shape) => (drawn = shape),
    choose: (shape, how) => said.push(`${how} ${shape.kind} ${shape.path.length}`),
    click: ([x, y], how) => said.push(`click ${x} ${y} ${how}`),
  })
  return { gestures, said, drawn: () => drawn }
}

test('[PV45] a press that does not move means a point, with every tool', () => {
  for (const tool of ['pan', 'lasso', 'brush', 'rectangle'] as const) {
    const { gestures, said } = hand(tool)
    gestures.down(press(10, 10))
    gestures.move([12, 11])
    gestures.up(press(12, 11, { shift: true }))
    expect(said).toEqual(['click 12 11 add'])
  }
})

test('[PV46] a drag pans, or draws the area of its tool; the middle button always pans; giving up chooses nothing', () => {
  const pan = hand('pan')
  pan.gestures.down(press(10, 10))
  pan.gestures.move([20, 14])
  pan.gestures.up(press(20, 14))
  expect(pan.said).toEqual(['pan 10 4'])
  const lasso = hand('lasso')
  lasso.gestures.down(press(10, 10))
  for (const at of [
    [20, 10],
    [20.5, 10],
    [30, 30],
  ] as const)
    lasso.gestures.move(at)
  expect(lasso.drawn()?.path).toHaveLength(3)
  lasso.gestures.up(press(30, 30, { alt: true }))
  expect(lasso.said).toEqual(['subtract lasso 3'])
  const box = hand('rectangle')
  box.gestures.down(press(10, 10))
  box.gestures.move([40, 50])
  box.gestures.up(press(40, 50, { shift: true }))
  expect(box.said).toEqual(['add rectangle 4'])
  const middle = hand('brush')
  middle.gestures.down(press(0, 0, { button: 1 }))
  middle.gestures.move([9, 0])
  middle.gestures.cancel()
  middle.gestures.up(press(9, 0))
  expect(middle.said).toEqual(['pan 9 0'])
  expect(wheelFactor(-100, false) * wheelFactor(100, false)).toBeCloseTo(1, 9)
})

const selection = (part: Partial<Selection>, at: number): Selection => ({ ...emptyView(defaultOptions()), ...part, at })

test('[PV47] the others are drawn by what they chose last, never oneself, and an outline holds all of their points', () => {
  const rows = rowsOf(points, { count: 40, ordinals: points.ordinals })
  const person = (id: string, you = false) => ({
    person: { id, name: id, colour: 1, dash: 1 },
    you,
    idle: false,
    pane: null,
    hover: null,
  })
  const selections = new Map([
    ['me', selection({ points: encodePoints([0, 2]) }, 9)],
    ['ana', selection({ points: encodePoints([0, 2, 4, 999]) }, 1)],
    ['bo', selection({ instance: 'row-7' }, 2)],
    ['cy', selection({}, 3)],
  ])
  const people = [person('me', true), person('ana'), person('bo'), person('cy'), person('gone')]
  const others = othersOf(people, selections, points, rows)
  expect(others.map((other) => [other.person.id, other.chosen.length, other.count, other.open])).toEqual([
    ['bo', 0, 0, 7],
    ['ana', 3, 4, -1],
  ])
  const places = { x: Float32Array.from({ length: 40 }, (_, i) => i), y: new Float32Array(40) }
  expect(outlineOf([], places, { scale: 1, left: 0, top: 0 })).toBeNull()
  const outline = outlineOf([0, 1, 2], places, { scale: 10, left: 0, top: 50 })
  expect(outline?.tag).toEqual([10, 62])
})

test('[PV48] the chosen step is always named, its pieces of words never, and no name covers another', () => {
  const size = { width: 180, height: 160 }
  const xy = Array.from({ length: 60 }, (_, i) => [Math.cos(i), Math.sin(i * 1.3)]).flat()
  const steps = stretch(xy, size, 20).map((at, index) => ({
    of: 0,
    index,
    label: `token${index}`,
    begins: index % 3 === 0,
    at,
  }))
  for (const { at } of steps) {
    expect(at[0]).toBeGreaterThanOrEqual(20)
    expect(at[1]).toBeLessThanOrEqual(140)
  }
  const names = nameSteps(steps, new Set([16]), size)
  expect(names[0]?.wish.text).toBe('token16')
  expect(
    names
      .slice(1)
      .every(({ wish }) => ['token0', 'token59'].includes(wish.text) || Number(wish.text.slice(5)) % 3 === 0),
  ).toBe(true)
  // The names of the axes keep their corners, also from the chosen step.
  const reserved = { left: 0, right: 180, top: 0, bottom: 70 }
  const below = nameSteps(steps, new Set([16]), size, [reserved])
  expect(below.length).toBeGreaterThan(3)
  expect(below.every(({ box }) => box.top >= 70)).toBe(true)
  names.forEach(({ box }, index) => {
    for (const { box: other } of names.slice(index + 1)) {
      expect(box.left < other.right && box.right > other.left && box.top < other.bottom && box.bottom > other.top).toBe(
        false,
      )
    }
  })
})
