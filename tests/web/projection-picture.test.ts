import { expect, test } from 'vitest'
import { readInks } from '#web/export/inks.ts'
import { legendLines } from '#web/export/legend.ts'
import { drawClasses } from '#web/marks/points/arrangement.ts'
import { marksOf, projectionPicture } from '#web/views/projection/picture.ts'

const inks = readInks((property) => (property === '--line' ? '#dddddd' : '#111111'))

const drawn = (classes: readonly number[], chosen: Uint8Array | null): Parameters<typeof marksOf>[0] => ({
  places: () => ({ x: new Float32Array([0, 10, 5]), y: new Float32Array([0, 0, 2]) }),
  rows: () => ({ count: 3, pointOf: new Int32Array([0, 1, 2]), rowOf: new Int32Array([0, 1, 2]) }),
  look: () => ({
    classes: Uint8Array.from(classes),
    codes: new Uint8Array([0, 1, 0]),
    palette: new Uint32Array() as never,
    chosen: chosen !== null,
    density: null,
  }),
  colouring: () => ({ codes: new Uint8Array([0, 1, 0]), fills: ['#e69f00', '#56b4e9'], legend: { kind: 'plain' } }),
  matching: () => null,
  chosen: () => chosen,
})

test('[PX1] points keep the proportions of their layout, inside the frame, in the colours of the legend', async () => {
  const { marks } = marksOf(drawn([drawClasses.plain, drawClasses.plain, drawClasses.plain], null))
  expect(marks.map(({ fill }) => fill)).toEqual(['#e69f00', '#56b4e9', '#e69f00'])
  const [left, right, middle] = marks
  expect(middle!.x).toBeCloseTo((left!.x + right!.x) / 2)
  // Up on screen is up in the file.
  expect((left!.y - middle!.y) / (right!.x - left!.x)).toBeCloseTo(0.2)
  for (const { x, y } of marks) expect(x >= 0 && x <= 760 && y >= 0 && y <= 520).toBe(true)
  const picture = await projectionPicture(drawn([0, 0, 0], null), inks, (text) => text.length)
  expect(picture.body.filter((part) => part.startsWith('<circle'))).toHaveLength(3)
})

test('[PX2] what a filter left out, or nobody chose, is faded and lies below the rest', () => {
  const { plain, aside, chosen } = drawClasses
  expect(marksOf(drawn([plain, aside, plain], null)).marks.map(({ faded }) => faded)).toEqual([true, false, false])
  const { marks } = marksOf(drawn([plain, plain, chosen], new Uint8Array([0, 0, 1])))
  expect(marks.map(({ faded }) => faded)).toEqual([true, true, false])
})

test('[PX3] a key of many colours goes on in further rows, all of it within the picture', () => {
  const items = Array.from({ length: 8 }, (_, at) => ({
    kind: 'disc' as const,
    colour: '#111',
    text: 'a'.repeat(10 + at),
  }))
  const lines = legendLines(items, 400, (text) => 6 * text.length)
  expect(lines.flat()).toEqual(items)
  expect(lines.length).toBeGreaterThan(1)
  for (const line of lines) {
    const wide = line.reduce(
      (sum, item) => sum + 24 + (item.kind === 'ramp' ? 0 : 6 * item.text.length),
      24 * (line.length - 1),
    )
    expect(wide).toBeLessThanOrEqual(400)
  }
  expect(legendLines([], 400, () => 1)).toEqual([])
})
